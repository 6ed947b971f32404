//! JSON that keeps the order of an object's members, and syntax errors as fal's framework words them.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Number;
use std::fmt;

/// A JSON value. An error body repeats the input as it came, so the order of members must survive.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// An empty object.
    pub(crate) const EMPTY: Self = Self::Object(Vec::new());

    /// The member of that name; of several with one name the last counts.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, when it is one.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(value) => Self::Number(value),
            Value::String(value) => Self::String(value),
            Value::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            Value::Object(members) => {
                Self::Object(members.into_iter().map(|(key, value)| (key, Self::from(value))).collect())
            }
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => value.serialize(serializer),
            Self::String(value) => serializer.serialize_str(value),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("number out of range"))
    }
    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.to_owned()))
    }
    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::String(value))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

/// A syntax error: where (in characters, from 0) and what, in the words of Python's parser, which fal's framework uses.
#[derive(Debug, PartialEq)]
pub(crate) struct SyntaxError {
    pub(crate) offset: usize,
    pub(crate) message: &'static str,
}

const NOTHING_THERE: &str = "Expecting value";

/// Reads a body.
///
/// # Errors
/// [`SyntaxError`], for text that is not JSON as much as for bytes that are no text.
pub(crate) fn parse(body: &[u8]) -> Result<Json, SyntaxError> {
    let text = String::from_utf8_lossy(body);
    serde_json::from_str(&text).map_err(|_| {
        let mut scanner = Scanner { rest: text.chars().peekable(), offset: 0 };
        // Python takes what serde does not only at its limits: depth and the size of numbers.
        scanner.document().err().unwrap_or(SyntaxError { offset: 0, message: NOTHING_THERE })
    })
}

/// Walks a text that serde refused as Python's parser does, which stops at other places and says other words.
struct Scanner<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    offset: usize,
}

type Scan = Result<(), SyntaxError>;

impl Scanner<'_> {
    fn bump(&mut self) -> Option<char> {
        self.offset += 1;
        self.rest.next()
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.bump();
        }
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.rest.peek() == Some(&wanted);
        if found {
            self.bump();
        }
        found
    }

    fn spaces(&mut self) {
        while self.rest.peek().is_some_and(|c| matches!(c, ' ' | '\t' | '\n' | '\r')) {
            self.bump();
        }
    }

    fn fail(&self, message: &'static str) -> Scan {
        Err(SyntaxError { offset: self.offset, message })
    }

    fn document(&mut self) -> Scan {
        self.spaces();
        self.value(0)?;
        self.spaces();
        if self.rest.peek().is_some() { self.fail("Extra data") } else { Ok(()) }
    }

    fn value(&mut self, depth: usize) -> Scan {
        match self.rest.peek() {
            // serde stops at this depth too, so what lies below was not looked at by anybody.
            Some('{' | '[') if depth >= 128 => self.fail(NOTHING_THERE),
            Some('{') => self.object(depth),
            Some('[') => self.array(depth),
            Some('"') => self.string(),
            Some('-' | '0'..='9') => self.number(),
            _ => {
                if ["true", "false", "null"].into_iter().any(|word| self.word(word)) {
                    Ok(())
                } else {
                    self.fail(NOTHING_THERE)
                }
            }
        }
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.rest.clone().take(word.len()).eq(word.chars());
        if found {
            self.skip(word.len());
        }
        found
    }

    fn number(&mut self) -> Scan {
        let start = self.offset;
        self.eat('-');
        if !self.eat('0') && !self.digits() {
            return Err(SyntaxError { offset: start, message: NOTHING_THERE });
        }
        // A fraction or an exponent without digits is not part of the number.
        for marks in [&['.'][..], &['e', 'E'][..]] {
            let mut ahead = self.rest.clone();
            if !ahead.next().is_some_and(|c| marks.contains(&c)) {
                continue;
            }
            let signed = marks.len() == 2 && ahead.peek().is_some_and(|c| matches!(c, '+' | '-'));
            if signed {
                ahead.next();
            }
            if ahead.next().is_some_and(|c| c.is_ascii_digit()) {
                self.skip(1 + usize::from(signed));
                self.digits();
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> bool {
        let start = self.offset;
        while self.rest.peek().is_some_and(char::is_ascii_digit) {
            self.bump();
        }
        self.offset > start
    }

    fn string(&mut self) -> Scan {
        let start = self.offset;
        self.bump();
        loop {
            let at = self.offset;
            match self.bump() {
                None => return Err(SyntaxError { offset: start, message: "Unterminated string starting at" }),
                Some('"') => return Ok(()),
                Some('\\') => match self.bump() {
                    None => return Err(SyntaxError { offset: start, message: "Unterminated string starting at" }),
                    Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => {}
                    Some('u') => {
                        if !(0..4).all(|_| self.bump().is_some_and(|c| c.is_ascii_hexdigit())) {
                            return Err(SyntaxError { offset: at + 1, message: "Invalid \\uXXXX escape" });
                        }
                    }
                    Some(_) => return Err(SyntaxError { offset: at, message: "Invalid \\escape" }),
                },
                Some(c) if c < ' ' => return Err(SyntaxError { offset: at, message: "Invalid control character at" }),
                Some(_) => {}
            }
        }
    }

    fn array(&mut self, depth: usize) -> Scan {
        self.bump();
        self.spaces();
        if self.eat(']') {
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            self.spaces();
            if self.eat(']') {
                return Ok(());
            }
            if !self.eat(',') {
                return self.fail("Expecting ',' delimiter");
            }
            self.spaces();
        }
    }

    fn object(&mut self, depth: usize) -> Scan {
        self.bump();
        self.spaces();
        if self.eat('}') {
            return Ok(());
        }
        loop {
            if self.rest.peek() != Some(&'"') {
                return self.fail("Expecting property name enclosed in double quotes");
            }
            self.string()?;
            self.spaces();
            if !self.eat(':') {
                return self.fail("Expecting ':' delimiter");
            }
            self.spaces();
            self.value(depth + 1)?;
            self.spaces();
            if self.eat('}') {
                return Ok(());
            }
            if !self.eat(',') {
                return self.fail("Expecting ',' delimiter");
            }
            self.spaces();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (usize, &'static str) {
        let SyntaxError { offset, message } = parse(text.as_bytes()).unwrap_err();
        (offset, message)
    }

    #[test]
    fn syntax_errors_are_those_of_the_framework() {
        // Each was asked of Python's own parser.
        for (text, expected) in [
            ("{bad json", (1, "Expecting property name enclosed in double quotes")),
            ("", (0, "Expecting value")),
            ("{", (1, "Expecting property name enclosed in double quotes")),
            ("{\"a\"", (4, "Expecting ':' delimiter")),
            ("{\"a\" 1}", (5, "Expecting ':' delimiter")),
            ("{\"a\":", (5, "Expecting value")),
            ("{\"a\": }", (6, "Expecting value")),
            ("{\"a\": 1", (7, "Expecting ',' delimiter")),
            ("{\"a\": \"b\"", (9, "Expecting ',' delimiter")),
            ("{\"a\": 1 \"b\": 2}", (8, "Expecting ',' delimiter")),
            ("{\"a\": \"b", (6, "Unterminated string starting at")),
            ("{\"a\": 1} x", (9, "Extra data")),
            ("[1, ", (4, "Expecting value")),
            ("[1", (2, "Expecting ',' delimiter")),
            ("{\n \"é\": nope}", (8, "Expecting value")),
            ("{\"a\": 1,}", (8, "Expecting property name enclosed in double quotes")),
            ("[1,]", (3, "Expecting value")),
            ("{\"a\":\"x\ny\"}", (7, "Invalid control character at")),
            ("{\"a\":\"\\q\"}", (6, "Invalid \\escape")),
            ("{\"a\":01}", (6, "Expecting ',' delimiter")),
        ] {
            assert_eq!(error(text), expected, "{text}");
        }
    }

    #[test]
    fn the_order_of_members_survives() {
        let text = r#"{"z":1,"a":[true,null,1.0],"m":{"y":"é","b":-2}}"#;
        assert_eq!(serde_json::to_string(&parse(text.as_bytes()).unwrap()).unwrap(), text);
    }
}

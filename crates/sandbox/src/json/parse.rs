//! Reads JSON as Python's parser does: what it accepts, where it stops, and its error messages.

use super::decode::{decode, push};
use super::{Json, Number, Text};
use std::collections::HashMap;

/// Why a body is no JSON.
#[derive(Debug, PartialEq)]
pub(crate) enum ParseError {
    /// A syntax error at this character, counted from 0.
    Syntax { offset: usize, message: &'static str },
    /// The parser gave up: the bytes are not text, the nesting is too deep, or a number is too long.
    Unreadable,
}

/// The deepest nesting that is read. The framework has such a limit too, but not the same one.
const MOST_DEPTH: usize = 400;
/// Python takes whole numbers of this many digits and no more.
const MOST_DIGITS: usize = 4300;

const NOTHING_THERE: &str = "Expecting value";

/// Reads a body.
///
/// # Errors
/// [`ParseError`], in the words of Python's parser.
pub(crate) fn parse(body: &[u8]) -> Result<Json, ParseError> {
    let text = decode(body).ok_or(ParseError::Unreadable)?;
    let mut parser = Parser { text: &text, at: 0 };
    parser.spaces();
    let value = parser.value(0)?;
    parser.spaces();
    if parser.at < text.len() { Err(parser.error(parser.at, "Extra data")) } else { Ok(value) }
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

type Parsed<T> = Result<T, ParseError>;

impl Parser<'_> {
    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Python counts letters, not bytes.
    fn error(&self, at: usize, message: &'static str) -> ParseError {
        let before = self.text.get(..at).unwrap_or(self.text);
        ParseError::Syntax { offset: before.iter().filter(|byte| (**byte & 0xC0) != 0x80).count(), message }
    }

    fn fail<T>(&self, message: &'static str) -> Parsed<T> {
        Err(self.error(self.at, message))
    }

    fn value(&mut self, depth: usize) -> Parsed<Json> {
        match self.peek() {
            Some(b'{' | b'[') if depth >= MOST_DEPTH => Err(ParseError::Unreadable),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Json::String),
            _ => self.scalar(),
        }
    }

    fn scalar(&mut self) -> Parsed<Json> {
        for (word, value) in [
            ("null", Json::Null),
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
            ("NaN", Json::Number(Number::Float(f64::NAN))),
            ("Infinity", Json::Number(Number::Float(f64::INFINITY))),
            ("-Infinity", Json::Number(Number::Float(f64::NEG_INFINITY))),
        ] {
            if self.rest().starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        self.number().map(Json::Number)
    }

    fn digits(&mut self) -> usize {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    fn number(&mut self) -> Parsed<Number> {
        let start = self.at;
        self.eat(b'-');
        let digits = if self.eat(b'0') { 1 } else { self.digits() };
        if digits == 0 {
            self.at = start;
            return self.fail(NOTHING_THERE);
        }
        let whole = self.at;
        // A fraction or an exponent without digits is not part of the number.
        if let [b'.', b'0'..=b'9', ..] = self.rest() {
            self.at += 1;
            self.digits();
        }
        if let [b'e' | b'E', b'0'..=b'9', ..] | [b'e' | b'E', b'+' | b'-', b'0'..=b'9', ..] = self.rest() {
            self.at += 2;
            self.digits();
        }
        if self.at == whole && digits > MOST_DIGITS {
            return Err(ParseError::Unreadable);
        }
        let text = self.text.get(start..self.at).and_then(|text| std::str::from_utf8(text).ok());
        Ok(Number::parse(text.unwrap_or_default()))
    }

    fn string(&mut self) -> Parsed<Text> {
        let start = self.at;
        self.at += 1;
        let unterminated = "Unterminated string starting at";
        let mut text = Vec::new();
        loop {
            let plain = self.rest().iter().take_while(|byte| !matches!(**byte, b'"' | b'\\' | 0..0x20)).count();
            text.extend_from_slice(self.rest().get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                None => return Err(self.error(start, unterminated)),
                Some(b'"') => break,
                Some(b'\\') => self.escape(start, &mut text)?,
                Some(_) => return self.fail("Invalid control character at"),
            }
        }
        self.at += 1;
        Ok(match String::from_utf8(text) {
            Ok(text) => Text { text, is_unicode: true },
            Err(error) => Text { text: without_halves(error.as_bytes()), is_unicode: false },
        })
    }

    fn escape(&mut self, start: usize, text: &mut Vec<u8>) -> Parsed<()> {
        let at = self.at;
        let letter = match self.text.get(at + 1) {
            None => return Err(self.error(start, "Unterminated string starting at")),
            Some(b'"') => b'"',
            Some(b'\\') => b'\\',
            Some(b'/') => b'/',
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                let Some(mut code) = self.hexadecimal(at + 2) else {
                    return Err(self.error(at + 1, "Invalid \\uXXXX escape"));
                };
                self.at = at + 6;
                let is_first_half = (0xD800..0xDC00).contains(&code) && self.rest().starts_with(b"\\u");
                if let (true, Some(low @ 0xDC00..0xE000)) = (is_first_half, self.hexadecimal(self.at + 2)) {
                    code = 0x1_0000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                    self.at += 6;
                }
                return push(text, code).ok_or(ParseError::Unreadable);
            }
            Some(_) => return Err(self.error(at, "Invalid \\escape")),
        };
        self.at += 2;
        text.push(letter);
        Ok(())
    }

    fn hexadecimal(&self, at: usize) -> Option<u32> {
        let digits = self.text.get(at..at + 4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    }

    fn array(&mut self, depth: usize) -> Parsed<Json> {
        self.at += 1;
        self.spaces();
        let mut items = Vec::new();
        if self.eat(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.spaces();
            if self.eat(b']') {
                return Ok(Json::Array(items));
            }
            if !self.eat(b',') {
                return self.fail("Expecting ',' delimiter");
            }
            self.spaces();
        }
    }

    fn object(&mut self, depth: usize) -> Parsed<Json> {
        self.at += 1;
        self.spaces();
        let mut members = Vec::new();
        if self.eat(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.fail("Expecting property name enclosed in double quotes");
            }
            let name = self.string()?;
            self.spaces();
            if !self.eat(b':') {
                return self.fail("Expecting ':' delimiter");
            }
            self.spaces();
            members.push((name, self.value(depth + 1)?));
            self.spaces();
            if self.eat(b'}') {
                return Ok(Json::Object(one_each(members)));
            }
            if !self.eat(b',') {
                return self.fail("Expecting ',' delimiter");
            }
            self.spaces();
        }
    }
}

/// Of several members with one name the last counts, in the place of the first.
fn one_each(members: Vec<(Text, Json)>) -> Vec<(Text, Json)> {
    let mut places: HashMap<Text, usize> = HashMap::with_capacity(members.len());
    let mut kept: Vec<(Text, Json)> = Vec::with_capacity(members.len());
    for (name, value) in members {
        if let Some((_, old)) = places.get(&name).and_then(|place| kept.get_mut(*place)) {
            *old = value;
        } else {
            places.insert(name.clone(), kept.len());
            kept.push((name, value));
        }
    }
    kept
}

/// The text with a question mark in the place of each half of a pair.
fn without_halves(mut bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    while let Some(chunk) = bytes.utf8_chunks().next() {
        text.push_str(chunk.valid());
        let half = if chunk.invalid().is_empty() { 0 } else { 3 };
        if half > 0 {
            text.push('?');
        }
        bytes = bytes.get(chunk.valid().len() + half..).unwrap_or_default();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (usize, &'static str) {
        match parse(text.as_bytes()) {
            Err(ParseError::Syntax { offset, message }) => (offset, message),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn syntax_errors_are_those_of_the_framework() {
        // Each result is that of Python's own parser.
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

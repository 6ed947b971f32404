//! Generated unions, open enumerations and numbers: whatever they read they write back equal.

use crate::corpus::{annotated, numbers, sizes, tagged, unions};
use ideogram_fuzz::{hold, json, odd};
use proptest::prelude::prop_oneof;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json as value};

#[test]
fn unions() {
    let right = vec![
        value!({"kind": "b", "x": 1, "y": "keep", "later": [1, null]}),
        value!({"kind": "png", "a": 7, "b": 8}),
        value!({"width": 512, "height": 768}),
        value!({"type": "text", "text": "hi", "image_url": {"url": "u", "detail": "auto"}}),
        value!("square_hd"),
        value!(42),
        value!([{"a": 1}, "a", 4.5]),
    ];
    hold("unions", &prop_oneof![4 => json(right), 1 => odd()], |value| {
        same::<tagged::CorpusTaggedInputPart>(&value);
        same::<tagged::CorpusTaggedInputFormat>(&value);
        same::<tagged::CorpusTaggedInputGrown>(&value);
        same::<tagged::CorpusTaggedInputNested>(&value);
        same::<tagged::CorpusTaggedInputNumberOrInteger>(&value);
        same::<tagged::CorpusTaggedInputObjectOrList>(&value);
        same::<tagged::CorpusTaggedInputSize>(&value);
        same::<tagged::CorpusTaggedOutputPartsItem>(&value);
        same::<sizes::CorpusSizesInputImageSize>(&value);
        same::<unions::CorpusUnionsInputMessagesItem>(&value);
        same::<unions::CorpusUnionsInputNumberOrText>(&value);
        same::<unions::CorpusUnionsInputVoice>(&value);
        same::<unions::CorpusUnionsOutputResult>(&value);
        same::<annotated::CorpusAnnotatedOutputAnimal>(&value);
        same::<annotated::CorpusAnnotatedOutputStepOrName>(&value);
        same::<annotated::CorpusAnnotatedOutputLevel>(&value);
        same::<numbers::CorpusNumbersInputFps>(&value);
    });
}

/// Unions take everything, a type that is none may refuse.
fn same<T: DeserializeOwned + Serialize>(value: &Value) {
    if let Ok(read) = serde_json::from_value::<T>(value.clone()) {
        let written = serde_json::to_value(read).unwrap();
        assert!(is_same(value, &written), "{} writes {written}", std::any::type_name::<T>());
    }
}

/// Whether nothing was lost. A field that may be left out may be `null` as well, which is the same.
fn is_same(read: &Value, written: &Value) -> bool {
    match (read, written) {
        (Value::Object(read), Value::Object(written)) => {
            let is_kept = |(name, value): (&String, &Value)| {
                written.get(name).map_or(value.is_null(), |written| is_same(value, written))
            };
            read.iter().all(is_kept) && written.keys().all(|name| read.contains_key(name))
        }
        (Value::Array(read), Value::Array(written)) => {
            read.len() == written.len() && read.iter().zip(written).all(|(read, written)| is_same(read, written))
        }
        _ => read == written,
    }
}

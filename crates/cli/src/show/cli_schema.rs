//! JSON Schema of what `--json` prints, made from the types that are printed.

use crate::envelope::{
    BatchRow, CheckRow, EndpointRow, ErrorRow, FileRow, GalleryRow, JsonSchemaRow, KeyRow, Kind, MaskRow, RequestRow,
    ResultRow, SCHEMA, SalvageRow, SandboxRow, SettingRow, SpentRow, TextRow,
};
use crate::event::EventRow;
use crate::show::json_schema::DRAFT;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{Schema, json_schema};
use serde_json::{Map, Value, json};

/// What a reader can rely on.
const PROMISE: &str = "What `ideogram --json` prints: one envelope on stdout. With `--json=events` lines of events come \
                       before it. While `schema` is `ideogram/1`, a field keeps \
                       its name, its place and its meaning. New fields, new kinds, new events and new words in `error.kind` \
                       and `job.state` may come: leave out what you do not know.";

/// The whole schema. What may stand in `results` depends on `kind`.
pub(crate) fn cli_schema() -> Value {
    // The schema describes what is printed, not what could be read: a field that is always present is required.
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let envelopes: Vec<Value> = Kind::ALL.iter().map(|kind| envelope(*kind, &mut generator)).collect();
    let event = generator.subschema_for::<EventRow>();
    let mut defs: Map<String, Value> = generator.take_definitions(true);
    defs.insert("Envelope".to_owned(), json!({ "oneOf": envelopes }));
    json!({
        "$schema": DRAFT,
        "title": SCHEMA,
        "description": PROMISE,
        "anyOf": [{ "$ref": "#/$defs/Envelope" }, event],
        "$defs": defs,
    })
}

/// The envelope of a kind. A kind that has no row of its own here does not compile.
fn envelope(kind: Kind, generator: &mut SchemaGenerator) -> Value {
    let (about, row) = match kind {
        Kind::Images => ("Pictures that were made, one result a request.", generator.subschema_for::<ResultRow>()),
        Kind::Job => ("Requests that the ledger holds.", generator.subschema_for::<ResultRow>()),
        Kind::Batch => ("What a batch asks for, and what came of it.", generator.subschema_for::<BatchRow>()),
        Kind::Gallery => ("A gallery that was written.", generator.subschema_for::<GalleryRow>()),
        Kind::File => ("Pictures that were looked at.", generator.subschema_for::<FileRow>()),
        Kind::Mask => ("A mask.", generator.subschema_for::<MaskRow>()),
        Kind::Request => ("A request that is not sent.", generator.subschema_for::<RequestRow>()),
        Kind::Spent => ("What requests have cost, by day and endpoint.", generator.subschema_for::<SpentRow>()),
        Kind::Key => ("The key that is used.", generator.subschema_for::<KeyRow>()),
        Kind::Check => ("What `ideogram doctor` looked at.", generator.subschema_for::<CheckRow>()),
        Kind::Setting => ("Settings.", generator.subschema_for::<SettingRow>()),
        Kind::Schema => ("What an endpoint takes and gives.", generator.subschema_for::<EndpointRow>()),
        Kind::JsonSchema => ("A JSON Schema.", generator.subschema_for::<JsonSchemaRow>()),
        Kind::Sandbox => ("A sandbox that serves.", generator.subschema_for::<SandboxRow>()),
        Kind::Salvage => ("A damaged ledger that was made whole.", generator.subschema_for::<SalvageRow>()),
        Kind::Text => ("A document for people or shells.", generator.subschema_for::<TextRow>()),
        Kind::Error => ("Nothing but the error.", json_schema!(false)),
    };
    let error = generator.subschema_for::<ErrorRow>();
    let error = if kind == Kind::Error { error } else { either(&error) };
    let mut envelope = json!({
        "description": about,
        "type": "object",
        "properties": {
            "schema": { "const": SCHEMA },
            "kind": { "const": kind },
            "results": { "type": "array", "items": row },
            "error": error,
        },
        "required": ["schema", "kind", "results", "error"],
    });
    if let (Kind::Images, Some(properties)) = (kind, envelope.pointer_mut("/properties").and_then(Value::as_object_mut))
    {
        let about = "The sheet of `--grid`, where one was made.";
        properties.insert("grid".to_owned(), json!({ "type": "string", "description": about }));
    }
    envelope
}

/// The same, or `null`.
fn either(schema: &Schema) -> Schema {
    json_schema!({ "anyOf": [schema, { "type": "null" }] })
}

#[cfg(test)]
mod tests {
    use super::cli_schema;
    use crate::ledger::State;

    #[test]
    fn every_state_of_a_job_is_named() {
        let schema = cli_schema();
        let about = schema["$defs"]["JobRow"]["properties"]["state"]["description"].as_str().unwrap();
        for state in State::ALL {
            assert!(about.contains(&format!("`{}`", state.as_str())), "{state:?}");
        }
    }
}

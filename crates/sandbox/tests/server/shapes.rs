//! Endpoints unlike the crate's own, each from the document that fal would serve: what they answer is what their outputs ask for.

use crate::{Answer, Bench, quick};
use ideogram_sandbox::{StartError, draw};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

fn document(name: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shapes");
    std::fs::read_to_string(folder.join(name).with_extension("json")).unwrap()
}

const SHAPES: [&str; 5] = ["ideogram-v3", "flux-dev", "unions", "integer-enum", "nested-output"];

async fn bench() -> Bench {
    Bench::new(quick().flat(true).documents(SHAPES.map(document).to_vec())).await
}

async fn run(bench: &Bench, endpoint: &str, body: Value) -> Answer {
    let answer = bench.post(&format!("/run/{endpoint}"), &body).await;
    assert_eq!(answer.status, 200, "{endpoint} {body}: {answer:?}");
    answer
}

/// Width and height of the picture that a URL leads to.
async fn size_of(bench: &Bench, file: &Value) -> (u32, u32) {
    let png = bench.bytes(file["url"].as_str().unwrap()).await;
    let bitmap = draw::decode(&png, &draw::Limits::default()).unwrap();
    (bitmap.width(), bitmap.height())
}

#[tokio::test]
async fn as_many_pictures_come_as_were_asked_for_in_the_size_that_was_asked_for() {
    let bench = bench().await;
    for (size, expected) in [
        (json!("landscape_16_9"), (1024, 576)),
        (json!({ "width": 640, "height": 200 }), (640, 200)),
        (json!(null), (1024, 1024)),
        (json!({ "width": 14142, "height": 100 }), (4096, 100)),
    ] {
        let body = json!({ "prompt": "a", "num_images": 3, "image_size": size, "seed": 5 });
        let answer = run(&bench, "fal-ai/ideogram/v3", body).await;
        assert_eq!(answer.header("x-fal-billable-units"), Some("3"));
        let output = answer.json();
        let images = output["images"].as_array().unwrap();
        assert_eq!((images.len(), &output["seed"]), (3, &json!(5)));
        let mut pictures = Vec::new();
        for image in images {
            assert_eq!(size_of(&bench, image).await, expected, "{size}");
            pictures.push(bench.bytes(image["url"].as_str().unwrap()).await);
        }
        pictures.sort();
        pictures.dedup();
        assert_eq!(pictures.len(), 3, "each is another picture");
    }
    assert_eq!(bench.sandbox.jobs().len(), 4);
}

#[tokio::test]
async fn an_output_with_sizes_times_and_lists_of_flags_has_all_of_them() {
    let bench = bench().await;
    let body = json!({ "prompt": "A cat", "num_images": 2, "image_size": "portrait_4_3" });
    let output = run(&bench, "fal-ai/flux/dev", body).await.json();
    let keys: Vec<&String> = output.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["has_nsfw_concepts", "images", "prompt", "seed", "timings"]);
    assert_eq!(output["has_nsfw_concepts"], json!([false, false]));
    assert_eq!(output["prompt"], "A cat");
    assert!(output["timings"]["inference"].is_f64() && output["seed"].is_i64(), "{output}");
    for image in output["images"].as_array().unwrap() {
        assert_eq!(
            (&image["width"], &image["height"], &image["content_type"]),
            (&json!(768), &json!(1024), &json!("image/png"))
        );
        assert_eq!(size_of(&bench, image).await, (768, 1024));
    }
    // By default a landscape, as the document says.
    let output = run(&bench, "fal-ai/flux/dev", json!({ "prompt": "a" })).await.json();
    assert_eq!(output["images"][0]["width"], 1024);
    assert_eq!(output["images"][0]["height"], 768);
}

#[tokio::test]
async fn pictures_in_the_answer_itself_are_as_many_too() {
    let bench = bench().await;
    let body = json!({ "prompt": "a", "num_images": 2, "sync_mode": true });
    let output = run(&bench, "fal-ai/flux/dev", body).await.json();
    let images = output["images"].as_array().unwrap();
    assert!(images.len() == 2 && images[0]["url"] != images[1]["url"]);
    assert!(images.iter().all(|image| image["url"].as_str().unwrap().starts_with("data:image/png;base64,")));
}

#[tokio::test]
async fn unions_and_whole_numbers_to_choose_from_come_back_as_they_were_sent() {
    let bench = bench().await;
    let image = crate::run::tiny_png_uri();
    let output = run(&bench, "fal-ai/clarity/upscaler", json!({ "image_url": image, "factor": "auto" })).await.json();
    assert_eq!(output["mode"], 0, "the first of what may stand there");
    assert!(size_of(&bench, &output["image"]).await.0 > 0);
    let body = json!({ "image_url": image, "scale": 4, "model": "anime" });
    let output = run(&bench, "fal-ai/esrgan", body).await.json();
    assert_eq!(output["scale"], 4, "the input's own");
    let refused = bench.post("/run/fal-ai/esrgan", &json!({ "image_url": image, "scale": 3, "model": "anime" })).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["detail"][0]["msg"], "Input should be 1, 2, 4 or 8");
    let dead = bench.post("/run/fal-ai/esrgan", &json!({ "image_url": "cat.png", "model": "anime" })).await;
    assert_eq!(dead.json()["detail"][0]["type"], "file_download_error", "a field ending in `_url` names a file");
}

#[tokio::test]
async fn a_nested_output_is_made_to_its_depth() {
    let bench = bench().await;
    let output = run(&bench, "fal-ai/layer/diffusion", json!({ "prompt": "a", "seed": 9 })).await.json();
    let layer = &output["composition"]["layers"][0];
    assert_eq!(layer["box"].as_array().unwrap().len(), 4, "{output}");
    assert!(layer["opacity"].as_f64().unwrap() > 0.0 && layer["name"].as_str().unwrap().len() >= 3);
    assert_eq!(output["scores"].as_array().unwrap().len(), 2);
    assert!(output["scores"][0].as_f64().unwrap() >= 0.25);
    assert_eq!((&output["status"], &output["note"], &output["seed"]), (&json!("done"), &json!(null), &json!(9)));
    for file in [&output["composition"]["image"], &layer["image"], &output["maps"]["image"]] {
        assert_eq!(size_of(&bench, file).await, (1024, 1024));
    }
}

#[tokio::test]
async fn further_endpoints_are_queued_listed_and_described_as_the_others() {
    let bench = bench().await;
    let id = bench.submit("fal-ai/flux/dev", &json!({ "prompt": "a" })).await;
    for _ in 0..2000 {
        let result = bench.get(&format!("/queue/fal-ai/flux/requests/{id}")).await;
        if result.status == 200 {
            assert_eq!(result.json()["images"].as_array().unwrap().len(), 1);
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    let listed = bench.get("/platform/v1/models?endpoint_id=fal-ai/flux/dev").await.json();
    assert_eq!(listed["models"][0]["metadata"]["category"], "text-to-image");
    let served = bench.get("/site/api/openapi/queue/openapi.json?endpoint_id=fal-ai/flux/dev").await;
    assert_eq!(served.text, document("flux-dev"));
}

#[tokio::test]
async fn what_cannot_be_made_is_said_at_the_start() {
    let mut odd: Value = serde_json::from_str(&document("integer-enum")).unwrap();
    let output = &mut odd["components"]["schemas"]["EsrganOutput"];
    output["properties"]["code"] = json!({ "type": "string", "pattern": "^[A-Z]{3}$" });
    output["required"].as_array_mut().unwrap().push("code".into());
    let lines = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&lines);
    let tell = move |line: &str| told.lock().unwrap().push(line.to_owned());
    let sandbox = quick().documents(vec![odd.to_string(), document("flux-dev")]).on_log(tell).start().await.unwrap();
    let expected = "fal-ai/esrgan: cannot be made: `code`: its text has to match a pattern";
    assert_eq!(*lines.lock().unwrap(), [expected]);
    sandbox.shutdown().await;

    for (text, reason) in [
        ("{", "this is no JSON"),
        ("{}", "no endpoint is named at `/info/x-fal-metadata/endpointId`"),
        (r#"{"info":{"x-fal-metadata":{"endpointId":"a/b"}}}"#, "no schemas are there at `/components/schemas`"),
    ] {
        let error = quick().documents(vec![text.to_owned()]).start().await.unwrap_err();
        assert!(matches!(&error, StartError::Document(_)) && error.to_string().ends_with(reason), "{error}");
    }
}

fn to(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A document with schemas that contain themselves: a union, an object, an alias of `null` or itself, and one of itself alone.
fn recursive() -> Value {
    let mut document: Value = serde_json::from_str(&document("integer-enum")).unwrap();
    let schemas = &mut document["components"]["schemas"];
    schemas["Tree"] = json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": to("Tree") }] });
    schemas["Alias"] = json!({ "anyOf": [to("Alias"), { "type": "null" }] });
    schemas["Twice"] = json!({ "anyOf": [to("Twice"), to("Twice"), to("Alias")] });
    schemas["Loop"] = to("Loop");
    let sides = json!({ "left": to("Node"), "right": to("Node"), "above": to("Node"), "picture": to("Image"),
        "below": { "type": "array", "items": to("Node") } });
    schemas["Node"] =
        json!({ "type": "object", "title": "Node", "required": ["picture", "below"], "properties": sides });
    for (name, member) in [("tree", to("Tree")), ("alias", to("Alias")), ("twice", to("Twice"))] {
        schemas["EsrganInput"]["properties"][name] = member;
    }
    for (name, member) in [("trees", to("Tree")), ("node", to("Node")), ("loop", to("Loop"))] {
        schemas["EsrganOutput"]["properties"][name] = member;
        schemas["EsrganOutput"]["required"].as_array_mut().unwrap().push(name.into());
    }
    document
}

#[tokio::test]
async fn schemas_that_contain_themselves_are_checked_and_made() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&lines);
    let tell = move |line: &str| told.lock().unwrap().push(line.to_owned());
    let bench = Bench::new(quick().documents(vec![recursive().to_string()]).on_log(tell)).await;
    assert_eq!(*lines.lock().unwrap(), ["fal-ai/esrgan: cannot be made: `loop`: the schema contains itself"]);
    let body =
        |name: &str, value: &Value| json!({ "image_url": crate::run::tiny_png_uri(), "model": "anime", name: value });
    let nested = |depth: usize| (0..depth).fold(json!("leaf"), |inner, _| json!([inner]));

    let output = run(&bench, "fal-ai/esrgan", body("tree", &nested(100))).await.json();
    assert_eq!((&output["trees"], &output["loop"]), (&json!("trees"), &json!(null)));
    assert_eq!(output["node"]["below"], json!([]), "a node is not made inside itself: {output}");
    assert!(output["node"]["picture"]["url"].is_string() && output["node"].get("left").is_none(), "{output}");

    let refused = async |name: &str, value: Value| {
        let answer = bench.post("/run/fal-ai/esrgan", &body(name, &value)).await;
        assert_eq!(answer.status, 422, "{answer:?}");
        answer.json()["detail"].clone()
    };
    let wrong = refused("tree", json!([3])).await;
    let label = "list[union[str,list[...]]]";
    assert_eq!(wrong[1]["loc"], json!(["body", "tree", label, 0, "str"]), "{wrong}");
    for name in ["alias", "twice"] {
        assert_eq!(refused(name, json!("a")).await[0]["type"], "recursion_loop", "{name}");
    }
    // As deep as the framework goes, and deeper.
    for (depth, status) in [(254, 200), (255, 422), (390, 422)] {
        let answer = bench.post("/run/fal-ai/esrgan", &body("tree", &nested(depth))).await;
        assert_eq!((answer.status.as_u16(), answer.text.contains("recursion_depth_exceeded")), (status, status == 422));
    }
}

#[tokio::test]
async fn an_output_that_asks_for_too_much_is_made_as_far_as_it_goes() {
    let mut huge: Value = serde_json::from_str(&document("integer-enum")).unwrap();
    let output = &mut huge["components"]["schemas"]["EsrganOutput"];
    output["properties"]["codes"] =
        json!({ "type": "array", "minItems": 1_000_000_000_000_u64, "items": { "type": "integer" } });
    output["required"].as_array_mut().unwrap().push("codes".into());
    let lines = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&lines);
    let tell = move |line: &str| told.lock().unwrap().push(line.to_owned());
    let sandbox = quick().documents(vec![huge.to_string()]).on_log(tell).start().await.unwrap();
    let lines = lines.lock().unwrap().clone();
    assert_eq!(lines, ["fal-ai/esrgan: cannot be made: `codes`: its list would be too long"]);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_list_of_types_is_checked_as_a_union_of_them() {
    let mut listed: Value = serde_json::from_str(&document("integer-enum")).unwrap();
    listed["components"]["schemas"]["EsrganInput"]["properties"]["tile"] =
        json!({ "type": ["integer", "string", "null"], "maximum": 5, "maxLength": 2 });
    let bench = Bench::new(quick().documents(vec![listed.to_string()])).await;
    for (tile, status) in [
        (json!(5), 200),
        (json!(null), 200),
        (json!("ab"), 200),
        (json!(6), 422),
        (json!("abc"), 422),
        (json!([]), 422),
    ] {
        let body = json!({ "image_url": crate::run::tiny_png_uri(), "model": "anime", "tile": tile });
        assert_eq!(bench.post("/run/fal-ai/esrgan", &body).await.status, status, "{tile}");
    }
}

#[tokio::test]
async fn an_input_of_several_schemas_has_the_members_of_all() {
    let split = |more: Value| {
        let mut document: Value = serde_json::from_str(&document("integer-enum")).unwrap();
        let schemas = &mut document["components"]["schemas"];
        schemas["Base"] = schemas["EsrganInput"].clone();
        schemas["EsrganInput"] = json!({ "title": "Input", "allOf": [to("Base"), more], "required": ["tile"] });
        quick().documents(vec![document.to_string()])
    };
    let more = json!({ "type": "object", "required": ["extra"], "properties": { "extra": { "type": "integer" } } });
    let bench = Bench::new(split(more)).await;
    let refused = bench.post("/run/fal-ai/esrgan", &json!({ "model": "anime", "extra": "a" })).await.json();
    let places: Vec<&Value> = refused["detail"].as_array().unwrap().iter().map(|detail| &detail["loc"][1]).collect();
    assert_eq!(places, ["image_url", "tile", "extra"], "{refused}");
    let whole = json!({ "image_url": crate::run::tiny_png_uri(), "model": "anime", "extra": 1, "tile": 2 });
    run(&bench, "fal-ai/esrgan", whole).await;
    for (more, why) in [
        (json!({ "type": "string" }), "`allOf` of what is no object is not understood"),
        (
            json!({ "properties": { "tile": {} } }),
            "`allOf` of schemas that describe one member twice is not understood",
        ),
    ] {
        let error = split(more).start().await.unwrap_err().to_string();
        assert!(error.ends_with(&format!("{why} at `/components/schemas/EsrganInput/allOf`")), "{error}");
    }
}

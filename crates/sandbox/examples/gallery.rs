//! Draws every style at a few seeds into `target/gallery/`, or the folder named as the first argument, to look at.
//!
//! ```text
//! cargo run --release -p ideogram-sandbox --example gallery
//! ```

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use ideogram_sandbox::draw::{MaskEdits, Operation, Ratio, Scene, decode, draw, example_image, example_mask};
use ideogram_schema::{AspectRatio, Style};

const PROMPTS: [&str; 4] = [
    "A fox reading a map, poster",
    "An ice field in north atlantic",
    "A comic style illustration of a skeleton sitting on a toilet in a bathroom. There is a text above the skeleton that \
     says \"Just Waiting for Halloween\"",
    "Żółta łódź — Ёлка у моря, Αθήνα 🦊 漢字",
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("target/gallery"), PathBuf::from);
    let [first, second, ..] = PROMPTS;
    fs::create_dir_all(&folder)?;
    let save = |name: &str, scene: &Scene| -> Result<(), Box<dyn Error>> {
        let start = Instant::now();
        let picture = draw(scene)?;
        println!("{name}: {picture:?}, {:.0?}", start.elapsed());
        fs::write(folder.join(name).with_extension("png"), &picture.png)?;
        Ok(())
    };
    for style in Style::ALL {
        for (seed, prompt) in (1..).zip(PROMPTS) {
            let mut scene = Scene::new("turbo", prompt, seed);
            style.as_str().clone_into(&mut scene.style);
            if seed == 3 {
                "blurry, watermark, extra fingers".clone_into(&mut scene.negative_prompt);
            }
            save(&format!("{style}-{seed}"), &scene)?;
        }
        for ratio in AspectRatio::ALL {
            let mut scene = Scene::new("turbo", first, 7);
            style.as_str().clone_into(&mut scene.style);
            scene.ratio = ratio.as_str().parse::<Ratio>()?;
            save(&format!("{style}-{}", ratio.as_str().replace(':', "x")), &scene)?;
        }
        let image = example_image(1024, 1024)?;
        let mask = example_mask(1024, 1024, MaskEdits::Black)?;
        let limits = ideogram_sandbox::draw::Limits::default();
        let source = std::sync::Arc::new(decode(&image.png, &limits)?);
        let mask = std::sync::Arc::new(decode(&mask.png, &limits)?);
        let mut scene = Scene::new("remix", second, 5);
        style.as_str().clone_into(&mut scene.style);
        scene.ratio = "4:3".parse()?;
        scene.operation = Operation::Remix { source: source.clone(), strength: 0.6 };
        save(&format!("{style}-remix"), &scene)?;
        "A knight in shining armour holding a greatshield with \"FAL\" on it".clone_into(&mut scene.prompt);
        scene.operation = Operation::Edit { source, mask, mask_edits: MaskEdits::Black };
        save(&format!("{style}-edit"), &scene)?;
    }
    Ok(())
}

//! The arguments of `ideogram mask`.

use crate::args::value::switch;
use crate::masks::{Area, Corners, Edits};
use crate::pictures::MAX_SIDE;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command, ValueHint, value_parser};
use std::path::PathBuf;

/// What is known about the colours.
const COLOURS: &str = "\
fal's documentation says that the mask must have the picture's size, but not which of its colours is repainted. The model's \
vendor documents for its own API that black is repainted and white is kept; that is the default of `--mask-edits`. \
`ideogram mask invert` swaps the two colours.";

/// `ideogram mask`.
pub(crate) fn command() -> Command {
    Command::new("mask")
        .about("Make masks for `edit`, and check them before paying")
        .after_help(format!(
            "{COLOURS}\n\nExample:\n  ideogram mask ellipse --of fox.png --at 60%,10%,30%,40% -o mask.png"
        ))
        .subcommand_required(true)
        .subcommand(shape(
            "rect",
            "Make a mask of rectangles",
            area(),
            "ideogram mask rect --of fox.png --at 10%,10%,200,50% -o mask.png",
        ))
        .subcommand(shape(
            "ellipse",
            "Make a mask of ellipses, each within a rectangle",
            area(),
            "ideogram mask ellipse --of fox.png --at 25%,25%,50%,50% --preview seen.png",
        ))
        .subcommand(shape(
            "polygon",
            "Make a mask of polygons",
            corners(),
            "ideogram mask polygon --of fox.png --points \"0,0 50%,0 0,50%\" -o mask.png",
        ))
        .subcommand(made(
            Command::new("alpha")
                .about("Make a mask of what is transparent in a picture: that part is repainted")
                .arg(source("image", "The picture with the transparent part")),
            "ideogram mask alpha cut-out.png -o mask.png",
        ))
        .subcommand(made(
            Command::new("invert").about("Swap black and white").arg(source("mask", "The mask")).arg(of()),
            "ideogram mask invert mask.png -o inverted.png",
        ))
        .subcommand(
            Command::new("check")
                .about("Describe a mask; fails if `edit` would refuse it before paying")
                .args([source("mask", "The mask"), of(), preview(), edits(), overwrite()])
                .after_help("Example:\n  ideogram mask check mask.png --of fox.png"),
        )
}

fn shape(name: &'static str, about: &'static str, shapes: Arg, example: &'static str) -> Command {
    let size = Arg::new("size")
        .long("size")
        .value_name("WxH")
        .value_parser(size)
        .conflicts_with("of")
        .help("How large the mask is, in pixels");
    made(Command::new(name).about(about).args([shapes, of(), size]), example)
}

/// The flags of what saves a mask.
fn made(command: Command, example: &'static str) -> Command {
    let output = Arg::new("output")
        .long("output")
        .short('o')
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .value_hint(ValueHint::FilePath)
        .help("File to save to, `-` for stdout [default: `mask.png`, or a free name like it]");
    command.args([output, overwrite(), edits(), preview()]).after_help(format!("Example:\n  {example}"))
}

fn area() -> Arg {
    Arg::new("at")
        .long("at")
        .value_name("X,Y,W,H")
        .value_parser(value_parser!(Area))
        .action(ArgAction::Append)
        .allow_hyphen_values(true)
        .required(true)
        .help("Left, top, width and height, in pixels or percent; repeat for more than one")
}

fn corners() -> Arg {
    Arg::new("points")
        .long("points")
        .value_name("X,Y X,Y X,Y")
        .value_parser(value_parser!(Corners))
        .action(ArgAction::Append)
        .allow_hyphen_values(true)
        .required(true)
        .help("The corners, in pixels or percent; repeat for more than one polygon")
}

fn file(name: &'static str) -> Arg {
    Arg::new(name).value_parser(value_parser!(PathBuf)).value_hint(ValueHint::FilePath)
}

fn source(name: &'static str, help: &'static str) -> Arg {
    file(name).value_name(name.to_uppercase()).required(true).help(help)
}

fn of() -> Arg {
    file("of").long("of").value_name("PICTURE").help("The picture that the mask is for, which gives the size")
}

fn preview() -> Arg {
    file("preview")
        .long("preview")
        .value_name("FILE")
        .help("Also save the picture beside a copy on which the part to repaint is red")
}

fn overwrite() -> Arg {
    switch("overwrite", "Overwrite files")
}

fn edits() -> Arg {
    Arg::new("mask-edits")
        .long("mask-edits")
        .value_name("COLOUR")
        .value_parser(PossibleValuesParser::new(Edits::WORDS))
        .default_value("black")
        .help("Which colour of the mask is repainted")
}

/// `1024x768`.
fn size(text: &str) -> Result<(u32, u32), String> {
    let side = |text: &str| text.trim().parse::<u32>().ok().filter(|side| (1..=MAX_SIDE).contains(side));
    text.split_once(['x', 'X', '×'])
        .and_then(|(width, height)| Some((side(width)?, side(height)?)))
        .ok_or_else(|| format!("it must be a width and a height of 1 to {MAX_SIDE} pixels, such as `1024x768`"))
}

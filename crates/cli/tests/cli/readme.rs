//! The README's tour of the command line, typed from top to bottom.

use crate::support::{Place, of_workspace};
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn the_tour_of_the_readme_works_as_typed_with_no_key() {
    let Some(readme) = of_workspace("README.md") else { return };
    let readme = std::fs::read_to_string(readme).unwrap();
    let blocks = readme.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).map(|line| line.replace("cargo run --bin ideogram --", "ideogram"));
    let typed = |line: &String| line.starts_with("ideogram ") || line.starts_with("printf ");
    let lines: Vec<String> = lines.filter(typed).collect();
    assert!(lines.len() >= 6, "{lines:?}");
    let place = Place::new();
    let folder = Path::new(env!("CARGO_BIN_EXE_ideogram")).parent().unwrap();
    for line in lines.into_iter().filter(|line| *line != "ideogram sandbox") {
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).current_dir(place.work()).env_clear();
        shell
            .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
            .env("HOME", place.work().with_file_name("home"));
        let output = shell.stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
    for made in ["first.png", "fox.png", "winter.png", "mask.png", "balloon.png"] {
        assert!(place.files().iter().any(|file| file == made), "{made}: {:?}", place.files());
    }
}

//! A place of its own for each test, and the binary in it.

use crate::schemas;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A file of the workspace; `None` where the tests run from the published package, which has only its own.
pub(crate) fn of_workspace(path: &str) -> Option<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Cargo puts this beside the manifest of a package.
    let is_published = package.join("Cargo.toml.orig").exists();
    (!is_published).then(|| package.join("../..").join(path))
}

/// A working directory with a home in it; no key, no ledger, nothing of the machine's environment.
pub(crate) struct Place {
    directory: TempDir,
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    /// Without the lines that only say what is being done.
    pub(crate) stderr: String,
    /// Those lines.
    pub(crate) progress: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        std::fs::create_dir(directory.path().join("home")).expect("a home");
        std::fs::create_dir(directory.path().join("work")).expect("a working directory");
        Self { directory }
    }

    /// The working directory.
    pub(crate) fn work(&self) -> PathBuf {
        self.directory.path().join("work")
    }

    /// The folder that all of it is in.
    #[cfg(feature = "sandbox")]
    pub(crate) fn above(&self) -> PathBuf {
        self.directory.path().to_owned()
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.directory.path().join("home/.local/share/ideogram/ledger.db")
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ideogram"));
        command
            .current_dir(self.work())
            .env_clear()
            .env("HOME", self.directory.path().join("home"))
            .env("COLUMNS", "100")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Run {
        Run::of(self.command().args(arguments).output().expect("the binary starts"))
    }

    /// What the working directory holds, sorted, hidden files too.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.work()).expect("the working directory");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.work().join(name);
        std::fs::write(&path, content).expect("a file is written");
        path
    }
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        let stderr = String::from_utf8(output.stderr).expect("stderr is text");
        let (progress, stderr): (Vec<_>, Vec<_>) =
            stderr.split_inclusive('\n').partition(|line| line.starts_with("progress: "));
        Self { code: output.status.code(), stdout: output.stdout, stderr: stderr.concat(), progress: progress.concat() }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("stdout is text")
    }

    /// The envelope on stdout, which is as the published schema has it.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let envelope = serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        schemas::assert_envelope(&envelope);
        envelope
    }

    /// Asserts a failure: its code, nothing on stdout, and one sentence on stderr.
    #[track_caller]
    pub(crate) fn refused(&self, code: i32) -> &str {
        assert_eq!((self.code, self.text()), (Some(code), ""), "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        self.stderr.trim_end().strip_prefix("error: ").expect("it says `error: `")
    }
}

/// Waits until it is so.
#[track_caller]
pub(crate) fn until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not come");
        std::thread::yield_now();
    }
}

/// A PNG without the texts that the tool has added to it: they stand before its end, the prompt first.
pub(crate) fn as_it_came(png: &[u8]) -> Vec<u8> {
    const FIRST: &[u8] = b"iTXtDescription\0";
    match png.windows(FIRST.len()).position(|window| window == FIRST) {
        // The length of the chunk stands before its type.
        Some(at) => [&png[..at - 4], b"\0\0\0\0IEND\xae\x42\x60\x82"].concat(),
        None => png.to_vec(),
    }
}

/// A picture as a PNG file.
pub(crate) fn encoded(picture: impl Into<image::DynamicImage>) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, image::ImageFormat::Png).expect("a picture is written");
    bytes.into_inner()
}

/// A picture whose left half is black and whose right half is white: also a mask.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(image::GrayImage::from_fn(width, height, |x, _| image::Luma([if x < width / 2 { 0 } else { 255 }])))
}

/// The same command where no file may grow beyond so many KiB, as on a disk that is full.
pub(crate) fn on_a_full_disk(command: &Command, kib: u32) -> Command {
    let mut shell = Command::new("sh");
    // A block of `ulimit` is 512 bytes.
    shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kib * 2)]);
    shell.arg(command.get_program()).args(command.get_args());
    let variables = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
    shell.env_clear().envs(variables).env("PATH", "/usr/bin:/bin");
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    shell
}

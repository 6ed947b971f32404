//! What has to be there before anything is measured: the programs, built and installed.

use crate::cargo;
use crate::error::{Error, Result};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The size of the file that is uploaded and downloaded.
pub(super) const FILE_BYTES: u64 = 50_000_000;

/// Where the programs are.
pub(super) struct Setup {
    /// The workspace.
    pub(super) root: PathBuf,
    /// `target/bench`, which holds all that is installed and written.
    pub(super) folder: PathBuf,
    pub(super) server: PathBuf,
    pub(super) client: PathBuf,
    pub(super) ledger: PathBuf,
    pub(super) ideogram: PathBuf,
    pub(super) python: PathBuf,
    pub(super) python_program: PathBuf,
    pub(super) node_program: PathBuf,
    pub(super) curl_program: PathBuf,
    /// The first endpoint of the description: what all programs call.
    pub(super) endpoint: String,
    /// The command that makes a picture with it.
    pub(super) verb: String,
}

impl Setup {
    /// Builds what is ours, and installs what `others` need where they are wanted.
    pub(super) fn new(root: &Path, others_are_wanted: bool) -> Result<Self> {
        let endpoints = crate::sources::endpoints::read(&crate::sources::files::Files::read(root))?;
        let endpoint = endpoints.first().ok_or_else(|| Error::new("`openapi/endpoints.toml` has no endpoint"))?;
        let folder = root.join("target/bench");
        let source = root.join("tests/bench");
        let others = source.join("others");
        let node = folder.join("node");
        fs::create_dir_all(&node).map_err(|error| Error::new(error.to_string()).in_file(&node))?;

        let build = folder.join("build");
        step(
            cargo::command(&source)
                .args(["build", "--release", "--quiet"])
                .args(["--target-dir".as_ref(), build.as_os_str()]),
        )?;
        let ideogram = cargo::build(root, "ideogram", &["--package", "ideogram-cli", "--release"])?;

        let venv = folder.join("venv");
        let python = venv.join("bin/python");
        if others_are_wanted {
            install(&others, &venv, &python, &node)?;
        }

        let file = folder.join("upload.png");
        write_picture(&file).map_err(|error| Error::new(error.to_string()).in_file(&file))?;
        Ok(Self {
            root: root.to_path_buf(),
            server: build.join("release/bench-server"),
            client: build.join("release/bench-client"),
            ledger: build.join("release/bench-ledger"),
            ideogram,
            python,
            python_program: others.join("client.py"),
            node_program: node.join("client.mjs"),
            curl_program: others.join("curl.sh"),
            folder,
            endpoint: endpoint.id.clone(),
            verb: endpoint.verb.clone(),
        })
    }

    /// A folder in memory.
    pub(super) fn memory() -> Result<PathBuf> {
        let folder = Path::new("/dev/shm/ideogram-bench");
        fs::create_dir_all(folder).map_err(|error| Error::new(error.to_string()).in_file(folder))?;
        Ok(folder.to_path_buf())
    }
}

/// Installs fal's own clients.
fn install(others: &Path, venv: &Path, python: &Path, node: &Path) -> Result<()> {
    if !python.is_file() {
        step(Command::new("python3").args(["-m", "venv"]).arg(venv))?;
    }
    let requirements = others.join("requirements.txt");
    step(Command::new(python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(requirements))?;
    // Modules are looked for beside the program that imports them.
    for file in ["package.json", "client.mjs"] {
        let from = others.join(file);
        fs::copy(&from, node.join(file)).map_err(|error| Error::new(error.to_string()).in_file(&from))?;
    }
    step(Command::new("npm").current_dir(node).args(["install", "--no-audit", "--no-fund", "--silent"]))
}

/// A file that begins as a PNG does.
fn write_picture(file: &Path) -> std::io::Result<()> {
    let mut written = fs::File::create(file)?;
    written.write_all(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x04\0\x08\x06\0\0\0\x7f\x1d\x2b\x83")?;
    written.set_len(FILE_BYTES)
}

/// Runs a command that has to succeed.
pub(super) fn step(command: &mut Command) -> Result<()> {
    let shown = format!("{command:?}");
    let status = command.status().map_err(|error| Error::new(format!("{shown} cannot be run: {error}")))?;
    if status.success() { Ok(()) } else { Err(Error::new(format!("{shown} failed: {status}"))) }
}

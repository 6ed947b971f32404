//! `cargo xtask`: the maintainer's commands.

fn main() -> std::process::ExitCode {
    xtask::commands::main()
}

//! The `ideogram` command; everything is in the library.

fn main() -> ideogram_cli::Exit {
    ideogram_cli::main()
}

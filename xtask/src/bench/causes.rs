//! Why goals are missed: what a profiler has shown, so that nobody has to look for it again.

/// A row's name, and a sentence on why a goal of it is missed. It is printed only while one is.
const CAUSES: &[(&str, &str)] = &[
    (
        "sync",
        "By strace the system calls are those by hand, and by callgrind the instructions are 6 % more; the smallest of ten runs of each is 1.09 to 1.17 times that by hand, so most of a larger ratio is the one round that it is of.",
    ),
    ("sync-tls", "As `sync`: the smallest of ten runs of each is 1.02 times that by hand."),
    ("sync-64", "As `sync-64-tls`."),
    (
        "sync-64-tls",
        "By DHAT a call asks for 27.2 KB of memory in 62 pieces, by hand for 19.3 KB in 53, and 5.7 KB are the call's own future; by callgrind it takes 6 % more instructions.",
    ),
    (
        "instructions",
        "By callgrind, 5,000 more than by hand: the deadline's timer, the answer's headers, nine more pieces of memory, and what decides about a repetition.",
    ),
    (
        "follow",
        "By callgrind, 290,000 to 312,000 instructions against 248,000 to 253,000 by hand: the answer to the submit and each status are read as JSON, where by hand one word is searched for (15,000), the stream is cut into events (6,000), and futures are moved (11,000).",
    ),
    (
        "download",
        "By strace 26 to 38 ms are the file's sync, which the client by hand leaves out, and SHA-256 of 50 MB takes 35 ms of a processor, by a loop that does nothing else.",
    ),
    (
        "start",
        "By callgrind 6.8 million instructions: 2.2 million are SQLite's parser, 1.3 million its thread that writes the log back, 0.6 million the program's relocations.",
    ),
    (
        "cli-tls",
        "By callgrind, without SHA-256, which valgrind lets run without the processor's own instructions for it, 43 million instructions, of which 19 million read the system's certificates at the first handshake.",
    ),
    (
        "cli-picture",
        "By `/proc/PID/smaps` 14 MiB are pages of files that are mapped, 10 MiB of them the program's code, of which it has 17 MiB and the system maps 64 KiB around each page that is touched; its own memory is 5 MiB.",
    ),
    (
        "build-schema",
        "By builds with and without it, 9 of 23 CPU seconds optimise `syn`, `quote` and `proc-macro2`, as the workspace's profile says: without that `codegen` takes half as long again in a debug build. A program that depends on the crate has its own profile.",
    ),
    (
        "build-client",
        "By the tree of dependencies, 30 are `idna` and its tables, by which `url` reads host names in Unicode.",
    ),
    (
        "build-xtask",
        "As `build-schema`: the generators' dependencies are optimised a little, for the sake of the tests that generate.",
    ),
    (
        "build-cli",
        "By the timings that cargo reports, of 689 s of both processors 217 are our own four crates (the command line alone 118), 73 HTTP and TLS, 58 SQLite, 54 the pictures' decoders with their colours, 52 the fonts of the sandbox's pictures, and 40 MCP.",
    ),
];

/// What is known of a row.
pub(super) fn of(row: &str) -> Option<&'static str> {
    CAUSES.iter().find(|(name, _)| *name == row).map(|(_, cause)| *cause)
}

#[cfg(test)]
mod tests {
    use super::super::rows::rows;
    use super::CAUSES;

    #[test]
    fn causes_are_sentences_on_rows_that_are_there() {
        let rows = rows(false);
        for (name, cause) in CAUSES {
            assert!(rows.iter().any(|row| row.name == *name), "{name}");
            assert!(cause.ends_with('.'), "{cause}");
        }
    }
}

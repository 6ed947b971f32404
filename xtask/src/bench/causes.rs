//! Why goals are missed: what a profiler has shown, so that nobody has to look for it again.

/// A row's name, and a sentence on why a goal of it is missed. It is printed only while one is.
const CAUSES: &[(&str, &str)] = &[
    (
        "sync",
        "strace shows the same system calls as by hand, callgrind 6 % more instructions (83,000 instead of 78,200), and DHAT 27.2 KB of memory a call in 62 pieces instead of 19.3 KB in 53. Of ten runs of each, the fastest took 1.09 to 1.17 times the time of the fastest by hand.",
    ),
    (
        "sync-tls",
        "The instructions and the memory are those of a run without TLS, and the system calls are the same as by hand. Of ten runs of each, the fastest took 1.02 times the time of the fastest by hand.",
    ),
    (
        "sync-64",
        "DHAT shows 27.2 KB of memory a call in 62 pieces, by hand 19.3 KB in 53: 5.7 KB are the future of the call.",
    ),
    (
        "sync-64-tls",
        "DHAT shows 27.2 KB of memory a call in 62 pieces, by hand 19.3 KB in 53: 5.7 KB are the future of the call.",
    ),
    (
        "instructions",
        "callgrind shows 5,000 instructions more than by hand: the deadline's timer, the answer's headers, nine more pieces of memory, and the decision whether the call is repeated.",
    ),
    (
        "follow",
        "callgrind shows 290,000 to 312,000 instructions a job, by hand 248,000 to 253,000. 15,000 of the difference read the answer to the submit and each status as JSON, where the program by hand searches for one word; 11,000 move futures; 6,000 cut the stream into events.",
    ),
    (
        "download",
        "strace shows 26 to 38 ms in the sync of the file, which the program by hand does not do. SHA-256 of 50 MB takes 35 ms of a processor, measured by a loop that does nothing else.",
    ),
    (
        "start",
        "callgrind shows 6.8 million instructions: 2.2 million in SQLite's parser, 1.3 million in the thread that writes SQLite's log back, 0.6 million in the program's relocations.",
    ),
    (
        "version",
        "callgrind shows 1.1 million instructions, 0.8 million of them in the dynamic loader, mostly relocations; the program's own `main` takes 0.1 million. The rest is the time that the system takes to start a process, as for `true`.",
    ),
    (
        "cli-tls",
        "callgrind shows 43 million instructions without those of SHA-256, for which valgrind does not offer the processor's own instructions. 19 million of them read the certificates that the system trusts.",
    ),
    (
        "cli-picture",
        "`/proc/PID/smaps` shows 14 MiB of mapped files, 10 MiB of them the code of the program: it has 17 MiB, and the system maps 64 KiB around each page that is used. Its own memory is 5 MiB.",
    ),
    (
        "batch-ledger",
        "strace shows 7 writes and 0.26 syncs of a file for each row; under strace, a sync took 1.8 ms of the disk.",
    ),
    (
        "codegen-debug",
        "callgrind, with the release build, shows 41 % of the instructions in making the models and as many in making the operations, on two threads: `syn` reads what `typify` and `progenitor` have made (23 %), and it is printed (24 %).",
    ),
    (
        "codegen-release",
        "callgrind shows 173 million instructions on two threads: 41 % make the models and 41 % the operations; in both, `syn` reads what `typify` and `progenitor` have made (23 %), and it is printed (24 %). 30 % of all is in the allocator of memory.",
    ),
    (
        "build-schema",
        "9 of 23 CPU seconds optimise `syn`, `quote` and `proc-macro2`, as builds with and without it show. The workspace's profile asks for it, because without it `codegen` takes 50 % longer in a debug build. A program that depends on the crate has its own profile.",
    ),
    (
        "build-client",
        "25 of the packages are there for `idna` alone, with which `url` reads host names in Unicode (the tree of dependencies with and without it).",
    ),
    (
        "build-xtask",
        "The profile optimises what the generators spend their time in, for the sake of the tests that generate: builds with and without it show 9 CPU seconds for `syn`, `quote` and `proc-macro2` alone.",
    ),
    (
        "build-cli",
        "cargo's timings show 689 s of both processors: 217 for our own four crates (118 for the command line alone), 73 for HTTP and TLS, 58 for SQLite, 54 for the decoders of pictures with their colours, 52 for the fonts of the sandbox's pictures, 40 for MCP.",
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

//! The ledger against what happens to files: crashes, damage, other versions, many at once.

use super::store::Durability;
use super::{Closing, Event, Ledger, NewRow, Row, State, beside, salvage};
use rusqlite::Connection;
use std::path::{Path, PathBuf};

fn new<'a>() -> NewRow<'a> {
    NewRow { seed: Some(7), base: "http://127.0.0.1:9/queue", ..NewRow::new("a/b/c", r#"{"seed":7}"#) }
}

/// A directory of its own, and the path of a ledger in it.
fn place() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("deep/ledger.db");
    (directory, path)
}

/// A ledger with closed rows and one open row of each state, as its process left it.
fn filled(path: &Path) -> Vec<Row> {
    let mut ledger = Ledger::open(path).unwrap().without_checkpoints();
    for _ in 0..6 {
        let id = ledger.begin(&new()).unwrap();
        ledger.accepted(id, &format!("r-{id}")).unwrap();
        ledger.close(id, &Closing::Saved { files: vec![format!("/home/me/{id}.png")] }).unwrap();
    }
    for state in [State::Sending, State::Accepted, State::Lost, State::Answered] {
        let id = ledger.begin(&new()).unwrap();
        match state {
            State::Accepted => ledger.accepted(id, &format!("r-{id}")).unwrap(),
            State::Lost => ledger.lost(id, "the connection closed").unwrap(),
            State::Answered => {
                ledger.accepted(id, &format!("r-{id}")).unwrap();
                ledger.answered(id, None, r#"{"images":[]}"#).unwrap();
                // A later change that is waited for on disk covers it.
                ledger.begin(&NewRow { queued: false, ..new() }).unwrap();
            }
            _ => {}
        }
    }
    ledger.recent_rows(100).unwrap()
}

/// The bytes of the ledger's file, of its log and of its mark.
fn files(path: &Path) -> [Vec<u8>; 3] {
    [path.to_owned(), beside(path, "-wal"), beside(path, ".mark")].map(|path| std::fs::read(path).unwrap_or_default())
}

fn put_back(path: &Path, [file, log, mark]: &[Vec<u8>; 3]) {
    std::fs::write(path, file).unwrap();
    std::fs::write(beside(path, ".mark"), mark).unwrap();
    std::fs::write(beside(path, "-wal"), log).unwrap();
    let _ = std::fs::remove_file(beside(path, "-shm"));
}

fn checkpoint(path: &Path) {
    let db = Connection::open(path).unwrap();
    // The ledger's own thread may be at it.
    while db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0)).unwrap() {
        std::thread::yield_now();
    }
}

#[test]
fn what_was_begun_and_accepted_is_found_by_the_next_process() {
    let (_directory, path) = place();
    let mut ledger = Ledger::open(&path).unwrap();
    let id = ledger.begin(&new()).unwrap();
    let mut next = Ledger::open(&path).unwrap();
    assert!(!next.claim(id).unwrap(), "claimed with the row, before anything else");
    ledger.accepted(id, "r-1").unwrap();
    assert!(!next.claim(id).unwrap(), "the first process still has it");
    next.release(id).unwrap();
    assert!(next.is_claimed(id).unwrap(), "nobody gives up another's claim");
    drop(ledger);
    assert!(!next.is_claimed(id).unwrap());
    assert!(next.claim(id).unwrap(), "nobody has it any more");
    assert!(!next.claim(id).unwrap(), "and no second task of this process gets it");
    let row = next.open_rows().unwrap().remove(0);
    assert_eq!((row.state, row.request_id.as_deref(), row.seed), (State::Accepted, Some("r-1"), Some(7)));
    next.release(id).unwrap();
    assert!(next.claim(id).unwrap());
    next.close(id, &Closing::Saved { files: vec!["/a.png".into()] }).unwrap();
    assert!(next.open_rows().unwrap().is_empty());
    let row = next.row(id).unwrap().unwrap();
    assert_eq!((row.files, row.delivered), (vec!["/a.png".to_owned()], true));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let (directory, path) = place();
    Ledger::open(&path).unwrap().begin(&new()).unwrap();
    let files = [path.clone(), beside(&path, "-wal"), beside(&path, ".mark"), directory.path().join("deep")];
    for path in files {
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
    }
}

#[test]
fn a_closed_row_keeps_no_pictures() {
    let mut ledger = Ledger::temporary().unwrap();
    let input = r#"{"image_url":"data:image/png;base64,iVBORw=="}"#;
    let id = ledger.begin(&NewRow { input, ..new() }).unwrap();
    assert_eq!(ledger.row(id).unwrap().unwrap().input, input);
    ledger.close(id, &Closing::Refused { why: "refused".into() }).unwrap();
    let row = ledger.row(id).unwrap().unwrap();
    assert!(!row.input.contains("iVBOR") && row.input.contains("sha256"), "{}", row.input);
    assert!(!row.delivered, "there is nothing to hand over");
    assert!(ledger.was_sent_before("a/b/c", input).unwrap() && !ledger.was_sent_before("a/b", input).unwrap());
}

#[test]
fn a_row_does_not_leave_the_state_machine() {
    let mut ledger = Ledger::temporary().unwrap();
    let id = ledger.begin(&new()).unwrap();
    ledger.close(id, &Closing::ByHand).unwrap();
    let error = ledger.accepted(id, "r-1").unwrap_err();
    assert!(error.to_string().contains("is `closed`"), "{error}");
    assert_eq!(ledger.row(id).unwrap().unwrap().request_id, None, "nothing of it was written");
    assert!(ledger.open_rows().unwrap().is_empty());
    let reachable =
        |state: &State| Event::ALL.iter().any(|event| State::ALL.iter().any(|from| from.after(*event) == Some(*state)));
    assert!(State::ALL.iter().all(|state| reachable(state) || *state == State::Sending));
}

#[test]
fn eight_first_opens_at_once_all_succeed() {
    for round in 0..16 {
        let (_directory, path) = place();
        // An empty file is made a ledger in place.
        if round % 2 == 1 {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, b"").unwrap();
        }
        let made = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| Ledger::open(&path)?.begin(&new()))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Result<Vec<_>, _>>()
        });
        let mut made = made.unwrap();
        made.sort_unstable();
        assert_eq!(made, (1..=8).collect::<Vec<_>>());
    }
}

#[test]
fn the_switch_to_the_log_waits_for_another_process() {
    let (_directory, path) = place();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, b"").unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let opening = scope.spawn(|| Ledger::open(&path)?.begin(&new()));
        // Without the wait it has failed by then.
        std::thread::sleep(std::time::Duration::from_millis(100));
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(opening.join().unwrap().unwrap(), 1);
    });
}

#[test]
fn every_column_of_a_row_is_under_its_checksum() {
    let (_directory, path) = place();
    filled(&path);
    let whole = files(&path);
    let columns: Vec<(String, String)> = Connection::open(&path)
        .unwrap()
        .prepare("SELECT name, type FROM pragma_table_info('requests') WHERE name <> 'id'")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(columns.len() > 25, "{columns:?}");
    for (name, kind) in columns {
        put_back(&path, &whole);
        let value = match kind.as_str() {
            "INTEGER" => format!("CASE {name} WHEN 1 THEN 0 ELSE 1 END"),
            "TEXT" => "'cancelled'".to_owned(),
            _ => "CAST('cancelled' AS BLOB)".to_owned(),
        };
        // A closed row: damage to an open one is refused at once.
        let db = Connection::open(&path).unwrap();
        assert_eq!(db.execute(&format!("UPDATE requests SET {name} = {value} WHERE id = 1"), []).unwrap(), 1);
        drop(db);
        assert_eq!(Ledger::open(&path).unwrap().check().unwrap(), [1], "{name}");
    }
}

#[test]
fn counts_that_are_not_as_they_were_written_are_noticed() {
    for column in ["changes", "last_id", "total", "opened", "sum"] {
        let (_directory, path) = place();
        filled(&path);
        let db = Connection::open(&path).unwrap();
        assert_eq!(db.execute(&format!("UPDATE ledger SET {column} = {column} + 1"), []).unwrap(), 1);
        drop(db);
        let error = Ledger::open(&path).unwrap_err();
        assert!(error.is_damage() && error.to_string().contains("its own counts"), "{column}: {error}");
    }
}

#[test]
fn a_file_that_is_no_ledger_is_left_alone() {
    let (_directory, path) = place();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = "This is no database, and long enough to be told from one.".repeat(10);
    std::fs::write(&path, &text).unwrap();
    assert!(Ledger::open(&path).unwrap_err().to_string().ends_with("is not a ledger"));
    assert!(salvage(&path).is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_ledger_whose_head_is_overwritten_is_a_damaged_one_and_not_somebody_elses_file() {
    let (_directory, path) = place();
    let rows = filled(&path);
    checkpoint(&path);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[..16].fill(0);
    put_back(&path, &[bytes, Vec::new(), std::fs::read(beside(&path, ".mark")).unwrap()]);
    let error = Ledger::open(&path).unwrap_err();
    assert!(error.is_damage() && error.to_string().contains("the head of the file"), "{error}");
    assert_eq!(salvage(&path).unwrap().unwrap().missing.len(), rows.len());
}

#[test]
fn a_file_belongs_to_the_row_that_has_it_or_is_about_to_take_it() {
    let mut ledger = Ledger::temporary().unwrap();
    let (saved, taking) = (ledger.begin(&new()).unwrap(), ledger.begin(&new()).unwrap());
    ledger.accepted(saved, "r-1").unwrap();
    ledger.close(saved, &Closing::Saved { files: vec!["/a.png".into()] }).unwrap();
    ledger.about_to_take(taking, &["/b.png".into(), "/c.png".into()]).unwrap();
    for (path, owner) in [("/a.png", Some(saved)), ("/b.png", Some(taking)), ("/c.png", Some(taking)), ("/d.png", None)]
    {
        for id in [saved, taking] {
            assert_eq!(ledger.has_file(id, path), owner.is_some_and(|owner| owner != id), "{path}, {id}");
        }
    }
}

/// A ledger of version 1 as the program of that time left it: six rows in its file, two in its log.
fn version_1(path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ledgers/version-1");
    for suffix in ["", "-wal"] {
        std::fs::copy(beside(&kept.join("ledger.db"), suffix), beside(path, suffix)).unwrap();
    }
}

fn check_version_1(ledger: &Ledger) {
    let rows = ledger.recent_rows(100).unwrap();
    let states: Vec<&str> = rows.iter().map(|row| row.state.as_str()).collect();
    assert_eq!(states, ["saved", "failed", "cancelled", "closed", "sending", "lost", "accepted", "answered"]);
    assert_eq!(rows[6].request_id.as_deref(), Some("11111111-0000-4000-8000-000000000007"));
    assert_eq!(rows[7].answer.as_deref().map(str::len), Some(66));
    assert_eq!((rows[7].queued, rows[7].base.as_str()), (false, "http://127.0.0.1:9/run"));
    assert_eq!(rows[4].destination.as_deref(), Some(Path::new("/home/me/fox.png")));
    assert_eq!((rows[0].files.as_slice(), rows[0].delivered), ([String::from("/home/me/saved.png")].as_slice(), true));
    assert!(ledger.was_sent_before("fal-ai/ideogram/v2/turbo", r#"{"prompt":"lost","seed":7}"#).unwrap());
    assert!(ledger.has_request_id("11111111-0000-4000-8000-000000000001").unwrap());
}

#[test]
fn a_ledger_of_the_first_version_is_brought_along_with_what_is_open_in_it() {
    let (_directory, path) = place();
    version_1(&path);
    let mut ledger = Ledger::open(&path).unwrap();
    check_version_1(&ledger);
    assert_eq!(ledger.check().unwrap(), [0; 0]);
    assert_eq!(ledger.open_rows().unwrap().len(), 4);
    assert_eq!(ledger.begin(&new()).unwrap(), 9);
    assert!(ledger.claim(7).unwrap());
    ledger.close(7, &Closing::Saved { files: Vec::new() }).unwrap();
}

#[test]
fn a_row_that_an_old_program_works_on_is_not_taken_from_under_it() {
    let (_directory, path) = place();
    version_1(&path);
    let claims = beside(&path, ".claims");
    std::fs::create_dir_all(&claims).unwrap();
    let claim = std::fs::File::create(claims.join("7")).unwrap();
    claim.lock().unwrap();
    assert!(Ledger::open(&path).unwrap_err().to_string().contains("older `ideogram` is at work"));
    drop(claim);
    check_version_1(&Ledger::open(&path).unwrap());
}

#[test]
fn an_old_program_refuses_a_new_file_and_harms_nothing() {
    let (_directory, path) = place();
    let rows = filled(&path);
    // What the program of version 1 does when it opens a ledger, and what it does when it was open before.
    let old = Connection::open(&path).unwrap();
    old.execute_batch("PRAGMA wal_autocheckpoint = 256; PRAGMA synchronous = FULL").unwrap();
    old.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    let version: i64 = old.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert!(version > 1, "it says that a newer `ideogram` made the file");
    let insert = "INSERT INTO requests (created_ms, updated_ms, state, base, queued, endpoint, input, input_sha256, seed, \
                  destination, overwrite) VALUES (1, 1, 'sending', '', 1, '', '', x'', 1, NULL, 0)";
    assert!(old.execute(insert, []).is_err(), "so it sends nothing");
    drop(old);
    let ledger = Ledger::open(&path).unwrap();
    assert_eq!((ledger.recent_rows(100).unwrap(), ledger.check().unwrap()), (rows, vec![]));
}

#[test]
fn a_file_of_a_newer_version_is_refused() {
    let (_directory, path) = place();
    drop(Ledger::open(&path).unwrap());
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 3").unwrap();
    assert!(Ledger::open(&path).unwrap_err().to_string().contains("newer"));
    assert!(salvage(&path).unwrap_err().to_string().contains("newer"));
}

#[test]
fn rows_reach_the_file_itself_while_the_process_waits() {
    let (directory, path) = place();
    let mut ledger = Ledger::open(&path).unwrap();
    let id = ledger.begin(&new()).unwrap();
    ledger.accepted(id, "r-1").unwrap();
    let alone = directory.path().join("alone.db");
    let started = std::time::Instant::now();
    loop {
        std::fs::copy(&path, &alone).unwrap();
        let found = Connection::open(&alone)
            .and_then(|db| db.query_row("SELECT request_id FROM requests", [], |row| row.get::<_, Option<String>>(0)));
        if found.is_ok_and(|request_id| request_id.as_deref() == Some("r-1")) {
            break;
        }
        assert!(started.elapsed() < std::time::Duration::from_secs(20), "the file alone never has the row");
        std::thread::yield_now();
    }
    assert!(std::fs::metadata(beside(&path, "-wal")).unwrap().len() > 0, "the log was not emptied for it");
}

#[test]
fn the_answer_to_a_call_in_one_piece_is_waited_for_on_disk() {
    let (_directory, path) = place();
    let mut ledger = Ledger::open(&path).unwrap();
    let mark = || std::fs::read(beside(&path, ".mark")).unwrap();
    for (queued, waited) in [(true, false), (false, true)] {
        let id = ledger.begin(&NewRow { queued, ..new() }).unwrap();
        if queued {
            ledger.accepted(id, "r-1").unwrap();
        }
        // The mark is written after what was waited for, and after nothing else.
        let before = mark();
        ledger.answered(id, None, "{}").unwrap();
        assert_eq!(mark() != before, waited, "queued: {queued}");
    }
}

#[test]
fn a_lost_or_cut_log_is_missed() {
    let (_directory, path) = place();
    let rows = filled(&path);
    let whole = files(&path);
    for keep in [0, whole[1].len() / 3, whole[1].len() - 5_000] {
        put_back(&path, &[whole[0].clone(), whole[1][..keep].to_vec(), whole[2].clone()]);
        let error = Ledger::open(&path).unwrap_err();
        assert!(error.is_damage() && error.to_string().contains("`ideogram jobs salvage`"), "{error}");
    }
    std::fs::remove_file(&path).unwrap();
    std::fs::remove_file(beside(&path, "-wal")).unwrap();
    let error = Ledger::open(&path).unwrap_err();
    assert!(error.is_damage() && error.to_string().contains("requests is gone"), "{error}");
    assert!(!path.exists(), "nor is a ledger begun anew that is gone");
    put_back(&path, &whole);
    assert_eq!(Ledger::open(&path).unwrap().recent_rows(100).unwrap(), rows);
}

/// A number from a seed: xorshift, enough to spread damage over a file.
fn random(seed: &mut u64) -> usize {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    usize::try_from(*seed >> 16).unwrap()
}

#[test]
fn no_flipped_bit_hides_or_changes_a_row_and_salvage_saves_the_others() {
    let (directory, path) = place();
    let rows = filled(&path);
    let in_log = files(&path);
    checkpoint(&path);
    let in_file = files(&path);
    let mut state = 0x1dea_0616;
    let (mut noticed, mut salvages, mut saved) = (0, 0, 0);
    for round in 0..150 {
        let mut bytes = if round % 2 == 0 { in_log.clone() } else { in_file.clone() };
        let target = &mut bytes[usize::from(round % 2 == 0)];
        let at = random(&mut state) % target.len();
        target[at] ^= 1 << (random(&mut state) % 8);
        put_back(&path, &bytes);
        let seen = Ledger::open(&path).and_then(|ledger| Ok((ledger.recent_rows(100)?, ledger.check()?)));
        match seen {
            Ok((seen, damaged)) if damaged.is_empty() => {
                assert_eq!(seen, rows, "round {round}, byte {at}: no warning, so nothing is amiss");
                continue;
            }
            Ok((seen, damaged)) => {
                assert!(damaged.iter().all(|id| !rows[usize::try_from(*id).unwrap() - 1].state.is_open()));
                assert_eq!(seen.iter().filter(|row| row.state.is_open()).count(), 5);
            }
            Err(error) => {
                assert!(error.is_damage() || error.to_string().contains("newer"), "round {round}, byte {at}: {error}");
            }
        }
        noticed += 1;
        if noticed % 4 != 1 {
            continue;
        }
        salvages += 1;
        let outcome = salvage(&path).unwrap().unwrap();
        let ledger = Ledger::open(&path).unwrap();
        assert_eq!(ledger.check().unwrap(), [0; 0]);
        let kept = ledger.recent_rows(100).unwrap();
        assert_eq!(kept.len(), outcome.rows);
        saved += kept.len();
        for row in &rows {
            match kept.iter().find(|kept| kept.id == row.id) {
                // An older version of a row may be all that is left; what it says was true once.
                Some(kept) => assert_eq!((&kept.input, &kept.base), (&row.input, &row.base)),
                None => assert!(outcome.missing.contains(&row.id), "round {round}, byte {at}"),
            }
        }
        drop(ledger);
        for entry in std::fs::read_dir(directory.path().join("deep")).unwrap().flatten() {
            if entry.file_name().to_string_lossy().contains("damaged") {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
    }
    assert!(noticed >= 50, "most bits of the log matter: {noticed}");
    let all = salvages * rows.len();
    assert!(saved * 100 >= all * 85, "one bit costs few rows: {saved} of {all}");
}

#[test]
fn salvage_changes_nothing_that_is_sound_and_nothing_under_a_process_at_work() {
    let (_directory, path) = place();
    filled(&path);
    let before = files(&path);
    assert_eq!(salvage(&path).unwrap(), None);
    assert_eq!(files(&path), before);
    let user = Ledger::open(&path).unwrap();
    // A row whose note is not what it was.
    Connection::open(&path).unwrap().execute("UPDATE requests SET note = 'x' WHERE id = 7", []).unwrap();
    checkpoint(&path);
    assert!(salvage(&path).unwrap_err().to_string().ends_with("end every other `ideogram` first"));
    drop(user);
    let salvaged = salvage(&path).unwrap().unwrap();
    assert_eq!((salvaged.rows, salvaged.missing), (10, vec![7]));
    assert!(salvaged.moved_to.unwrap().exists());
    assert_eq!(Ledger::open(&path).unwrap().begin(&new()).unwrap(), 12, "no number is given twice");
}

/// Spoils the checksum of the log's first frame: to `SQLite` nothing of the log was ever written.
fn spoil_log(path: &Path) {
    let mut log = std::fs::read(beside(path, "-wal")).unwrap();
    log[32 + 16] ^= 1;
    std::fs::write(beside(path, "-wal"), log).unwrap();
    let _ = std::fs::remove_file(beside(path, "-shm"));
}

/// Changes a row behind the ledger's back; that is in the log.
fn spoil_row(path: &Path, id: i64) {
    let db = Connection::open(path).unwrap();
    db.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
    assert_eq!(db.execute("UPDATE requests SET note = 'x' WHERE id = ?1", [id]).unwrap(), 1);
}

/// Changes the last copy of this text in the log, in the page of a row.
fn spoil_text(path: &Path, text: &[u8]) {
    let mut log = std::fs::read(beside(path, "-wal")).unwrap();
    let at = log.windows(text.len()).rposition(|window| window == text).unwrap();
    log[at] ^= 1;
    std::fs::write(beside(path, "-wal"), log).unwrap();
    let _ = std::fs::remove_file(beside(path, "-shm"));
}

#[test]
fn of_several_copies_of_a_row_salvage_takes_the_latest_that_is_sound_wherever_it_is() {
    for spoiled in ["the row 3", "the log's first frame", "the last copy of row 1"] {
        let (_directory, path) = place();
        let mut ledger = Ledger::open(&path).unwrap().without_checkpoints();
        for number in 1..=3 {
            ledger.begin(&new()).unwrap();
            ledger.accepted(number, &format!("r-{number}")).unwrap();
        }
        let upload = super::Upload { sha256: "aa", base: "b", account: "c" };
        let later = crate::clock::now_ms() + 600_000;
        ledger.note_upload(&upload, "https://cdn/1", later).unwrap();
        checkpoint(&path);
        // The file has them as accepted from here on, and the log has what comes.
        ledger.close(1, &Closing::Saved { files: vec!["/a.png".into()] }).unwrap();
        ledger.answered(2, None, "{}").unwrap();
        ledger.note_upload(&super::Upload { sha256: "bb", ..upload }, "https://cdn/2", later).unwrap();
        ledger.close(3, &Closing::Cancelled).unwrap();
        // This one is waited for on the disk, so that it is missed.
        ledger.begin(&new()).unwrap();
        drop(ledger);
        let third = match spoiled {
            "the row 3" => {
                spoil_row(&path, 3);
                // What it was before, in the file, is the best that there is.
                State::Accepted
            }
            "the log's first frame" => {
                spoil_log(&path);
                State::Cancelled
            }
            _ => {
                spoil_text(&path, b"/a.png");
                State::Cancelled
            }
        };
        let outcome = salvage(&path).unwrap().unwrap();
        let ledger = Ledger::open(&path).unwrap();
        let states: Vec<State> = ledger.recent_rows(9).unwrap().iter().map(|row| row.state).collect();
        assert_eq!(states, [State::Saved, State::Answered, third, State::Sending], "{spoiled}");
        assert_eq!((outcome.rows, outcome.missing.as_slice()), (4, [0; 0].as_slice()), "{spoiled}");
        assert_eq!(outcome.open, states.iter().filter(|state| state.is_open()).count(), "{spoiled}");
        for (sha256, url) in [("aa", "https://cdn/1"), ("bb", "https://cdn/2")] {
            let known = ledger.uploaded(&super::Upload { sha256, ..upload }).unwrap();
            assert_eq!(known.as_deref(), Some(url), "{spoiled}");
        }
    }
}

#[test]
fn a_log_of_a_machine_of_the_other_byte_order_is_copied_with_sums_of_that_order() {
    let (_directory, path) = place();
    let rows = filled(&path);
    let [file, mut log, mark] = files(&path);
    // The last bit of the log's first number says in which order the sums are made; `SQLite` reads both.
    log[3] ^= 1;
    let copied = super::wal_copy::with_new_checksums(log.clone()).unwrap();
    assert_eq!((copied.len(), &copied[..24]), (log.len(), &log[..24]));
    put_back(&path, &[file, copied, mark]);
    assert_eq!(Ledger::open(&path).unwrap().recent_rows(100).unwrap(), rows);
}

#[test]
fn without_a_mark_salvage_goes_by_the_rows_and_the_counts() {
    let (_directory, path) = place();
    let rows = filled(&path);
    spoil_row(&path, 1);
    std::fs::remove_file(beside(&path, ".mark")).unwrap();
    let outcome = salvage(&path).unwrap().unwrap();
    assert_eq!((outcome.rows, outcome.missing), (rows.len() - 1, vec![1]));
    let next = Ledger::open(&path).unwrap().begin(&new()).unwrap();
    assert_eq!(next, i64::try_from(rows.len()).unwrap() + 1, "no number is given twice");
}

#[test]
fn what_was_pruned_is_not_told_as_missing_where_the_latest_counts_can_be_read() {
    let (_directory, path) = place();
    let mut ledger = Ledger::open(&path).unwrap().without_checkpoints();
    for _ in 0..4 {
        let id = ledger.begin(&new()).unwrap();
        ledger.close(id, &Closing::NotSent { why: String::new() }).unwrap();
    }
    checkpoint(&path);
    ledger.prune(None, Some(2), true).unwrap();
    let id = ledger.begin(&new()).unwrap();
    ledger.accepted(id, "r-1").unwrap();
    drop(ledger);
    let whole = files(&path);
    assert!(!whole[1].is_empty(), "the last row is in the log alone");
    spoil_log(&path);
    let outcome = salvage(&path).unwrap().unwrap();
    assert_eq!((outcome.rows, outcome.missing), (3, vec![]), "three are there, and the counts know of three");
    // Where the log is gone, with the counts in it, nobody knows.
    put_back(&path, &[whole[0].clone(), Vec::new(), whole[2].clone()]);
    let outcome = salvage(&path).unwrap().unwrap();
    assert_eq!(outcome.missing, [1, 2, 5]);
}

#[test]
fn a_damaged_ledger_that_is_put_back_after_a_salvage_is_taken_for_what_it_is() {
    let (_directory, path) = place();
    let rows = filled(&path);
    spoil_row(&path, 1);
    let [file, log, _] = files(&path);
    assert!(!log.is_empty());
    let moved_to = salvage(&path).unwrap().unwrap().moved_to.unwrap();
    assert_eq!(std::fs::read(&moved_to).unwrap(), file);
    assert_eq!(std::fs::read(beside(&moved_to, "-wal")).unwrap_or_default(), log, "its log goes with it");
    assert_eq!(Ledger::open(&path).unwrap().recent_rows(100).unwrap()[..], rows[1..]);
    let [_, _, mark] = files(&path);
    put_back(&path, &[file, log, mark]);
    let error = Ledger::open(&path).unwrap_err();
    assert!(error.is_damage() && error.to_string().contains("an old file was put back"), "{error}");
    assert!(error.to_string().contains("is damaged: 1 of "), "{error}");
}

#[test]
fn an_open_row_that_is_gone_is_missed() {
    let (_directory, path) = place();
    filled(&path);
    // An open row; and a closed one, which only the full check misses.
    for (id, told) in [(8, "it has 5 open requests and shows 4"), (1, "it has 11 requests and shows 10")] {
        let whole = files(&path);
        assert_eq!(Connection::open(&path).unwrap().execute("DELETE FROM requests WHERE id = ?1", [id]).unwrap(), 1);
        let error = Ledger::open(&path).and_then(|ledger| ledger.check()).unwrap_err();
        assert!(error.is_damage() && error.to_string().contains(told), "{error}");
        put_back(&path, &whole);
    }
}

#[test]
fn a_ledger_that_is_empty_and_was_not_is_a_damaged_one() {
    let (_directory, path) = place();
    filled(&path);
    let [_, _, mark] = files(&path);
    put_back(&path, &[Vec::new(), Vec::new(), mark]);
    let error = Ledger::open(&path).unwrap_err();
    assert!(error.is_damage() && error.to_string().contains("the file is empty, and had 11 requests"), "{error}");
}

#[test]
fn a_transaction_that_a_full_disk_has_undone_makes_no_change_of_its_group() {
    let (_directory, path) = place();
    let mut ledger = Ledger::open(&path).unwrap();
    ledger.begin_group(Durability::Disk).unwrap();
    ledger.whole(|ledger| ledger.begin(&new())).unwrap();
    // As `SQLite` does where there is no room for another page.
    ledger.db.execute_batch("ROLLBACK").unwrap();
    for failed in [ledger.whole(|ledger| ledger.begin(&new())).map(drop), ledger.commit_group()] {
        assert!(failed.unwrap_err().to_string().contains("the transaction was undone"));
    }
    assert_eq!((ledger.recent_rows(9).unwrap(), ledger.begin(&new()).unwrap()), (vec![], 1));
}

#[test]
fn after_a_commit_that_fails_the_next_group_begins_anew() {
    let (_directory, path) = place();
    let mut ledger = Ledger::open(&path).unwrap();
    // A constraint that is looked at in the end: the transaction stays open when it is not kept.
    let tables = "PRAGMA foreign_keys = ON; CREATE TABLE of (id INTEGER PRIMARY KEY); \
                  CREATE TABLE needs (of REFERENCES of (id) DEFERRABLE INITIALLY DEFERRED);";
    ledger.db.execute_batch(tables).unwrap();
    ledger.begin_group(Durability::Disk).unwrap();
    ledger.whole(|ledger| ledger.begin(&new())).unwrap();
    ledger.db.execute_batch("INSERT INTO needs VALUES (7)").unwrap();
    assert!(ledger.commit_group().unwrap_err().to_string().contains("FOREIGN KEY"));
    ledger.begin_group(Durability::Disk).unwrap();
    assert_eq!(ledger.whole(|ledger| ledger.begin(&new())).unwrap(), 1, "the other one was not made");
    ledger.commit_group().unwrap();
    assert_eq!(ledger.recent_rows(9).unwrap().len(), 1);
}

#[test]
fn a_change_waits_for_the_disk_where_it_has_to() {
    let (_directory, path) = place();
    let mut ledger = Ledger::open(&path).unwrap();
    let synchronous = |db: &Connection| db.query_row("PRAGMA synchronous", [], |row| row.get::<_, i64>(0)).unwrap();
    for (durability, level) in [(Durability::Disk, 2), (Durability::Process, 1), (Durability::Disk, 2)] {
        assert_eq!(ledger.change(durability, |db, _, _| Ok(synchronous(db))).unwrap(), level, "{durability:?}");
        assert_eq!(synchronous(&ledger.db), 2, "and it does between changes");
    }
}

#[test]
fn what_is_noted_of_a_row_is_read_again() {
    let (_directory, path) = place();
    let mut ledger = Ledger::open(&path).unwrap();
    let id = ledger.begin(&NewRow { caller: "mcp:a", ..new() }).unwrap();
    ledger.accepted(id, "r-1").unwrap();
    ledger.started(id, 77).unwrap();
    ledger.clock_offset(id, -5).unwrap();
    ledger.close(id, &Closing::Failed { why: "no".into() }).unwrap();
    let row = |ledger: &Ledger| ledger.row_of_request("r-1").unwrap().unwrap();
    let failed = row(&ledger);
    assert_eq!((failed.id, failed.started_ms, failed.clock_offset_ms), (id, Some(77), Some(-5)));
    assert!(failed.ended_ms.is_some());
    ledger.ask_again(id).unwrap();
    assert_eq!(row(&ledger).ended_ms, None, "it is under way again");
    ledger.close(id, &Closing::Saved { files: Vec::new() }).unwrap();
    assert!(!row(&ledger).delivered, "of an MCP client's call, saving it is not enough");
    ledger.delivered(id).unwrap();
    assert!(row(&ledger).delivered && ledger.row_of_request("r-2").unwrap().is_none());
    assert!(ledger.has_request_id("r-1").unwrap() && !ledger.has_request_id("r-2").unwrap());
}

#[test]
fn the_leftovers_of_processes_that_have_ended_are_tidied_away() {
    let (_directory, path) = place();
    let mut ledger = Ledger::open(&path).unwrap();
    ledger.begin(&new()).unwrap();
    let claims = beside(&path, ".claims");
    std::fs::write(claims.join("a-killed-one"), "").unwrap();
    assert_eq!(std::fs::read_dir(&claims).unwrap().count(), 2);
    ledger.tidy();
    assert!(!claims.join("a-killed-one").exists());
    assert_eq!(std::fs::read_dir(&claims).unwrap().count(), 1, "its own stays");
}

/// Makes the event happen to a row by the method that does it.
fn happen(ledger: &mut Ledger, id: i64, event: Event) -> Result<(), super::LedgerError> {
    let why = || "why".to_owned();
    match event {
        Event::NotSent => ledger.close(id, &Closing::NotSent { why: why() }),
        Event::Refused => ledger.close(id, &Closing::Refused { why: why() }),
        Event::ReplyLost => ledger.lost(id, "why"),
        Event::Accepted => ledger.accepted(id, "r-1"),
        Event::Answered => ledger.answered(id, None, "{}"),
        Event::Saved => ledger.close(id, &Closing::Saved { files: Vec::new() }),
        Event::Failed => ledger.close(id, &Closing::Failed { why: why() }),
        Event::Cancelled => ledger.close(id, &Closing::Cancelled),
        Event::Closed => ledger.close(id, &Closing::ByHand),
        Event::AskedAgain => ledger.ask_again(id),
    }
}

#[test]
fn every_edge_can_be_written_and_no_other() {
    // How a row gets into each state.
    let ways: [(State, &[Event]); 10] = [
        (State::Sending, &[]),
        (State::Accepted, &[Event::Accepted]),
        (State::Lost, &[Event::ReplyLost]),
        (State::Answered, &[Event::Answered]),
        (State::Saved, &[Event::Accepted, Event::Saved]),
        (State::NotSent, &[Event::NotSent]),
        (State::Refused, &[Event::Refused]),
        (State::Failed, &[Event::Failed]),
        (State::Cancelled, &[Event::Accepted, Event::Cancelled]),
        (State::Closed, &[Event::Closed]),
    ];
    assert_eq!(ways.map(|(state, _)| state), State::ALL);
    let mut ledger = Ledger::temporary().unwrap();
    let mut open = 0;
    for (from, way) in ways {
        for event in Event::ALL {
            let id = ledger.begin(&new()).unwrap();
            for step in way {
                happen(&mut ledger, id, *step).unwrap();
            }
            assert_eq!(happen(&mut ledger, id, *event).is_ok(), from.after(*event).is_some(), "{from:?}, {event:?}");
            let state = ledger.row(id).unwrap().unwrap().state;
            assert_eq!(state, from.after(*event).unwrap_or(from), "{from:?}, {event:?}");
            open += usize::from(state.is_open());
        }
    }
    assert_eq!((ledger.open_rows().unwrap().len(), ledger.check().unwrap()), (open, vec![]));
}

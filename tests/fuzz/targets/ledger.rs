//! Rows of the ledger: what is read is what was written.

use ideogram_cli::ledger::{Closing, Ledger, NewRow, State};
use ideogram_fuzz::{hold, text};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::any;
use std::cell::RefCell;
use std::path::{Path, PathBuf};

#[test]
fn ledger() {
    let ledger = RefCell::new(Ledger::temporary().unwrap());
    let numbers = (option::of(any::<i64>()), option::of(any::<i64>()), option::of(any::<i64>()));
    let texts = (text(), text(), text(), option::of(text()), text(), vec(text(), 0..4));
    hold(
        "ledger",
        &(texts, numbers, any::<bool>(), any::<bool>(), 0..6_u8),
        |((endpoint, input, base, account, caller, files), numbers, queued, overwrite, end)| {
            let ledger = &mut *ledger.borrow_mut();
            let destination = Path::new(&base).join(&caller);
            let new = NewRow {
                seed: numbers.0,
                base: &base,
                queued,
                destination: Some(&destination),
                overwrite,
                clock_offset_ms: numbers.1,
                account: account.as_deref(),
                cost_micros: numbers.2,
                caller: &caller,
                ..NewRow::new(&endpoint, &input)
            };
            let id = ledger.begin(&new).unwrap();
            let row = ledger.row(id).unwrap().unwrap();
            assert_eq!((row.endpoint.as_str(), row.input.as_str(), row.base.as_str()), (&*endpoint, &*input, &*base));
            assert_eq!((row.account.as_deref(), row.caller.as_str()), (account.as_deref(), &*caller));
            assert_eq!((row.seed, row.clock_offset_ms, row.cost_micros), numbers);
            assert_eq!((row.queued, row.overwrite, row.state), (queued, overwrite, State::Sending));
            assert_eq!(row.destination, Some(PathBuf::from(&destination)));
            ledger.accepted(id, &caller).unwrap();
            ledger.answered(id, None, &input).unwrap();
            ledger.about_to_take(id, &files).unwrap();
            let row = ledger.row(id).unwrap().unwrap();
            assert_eq!(
                (row.request_id.as_deref(), row.answer.as_deref(), &row.taking),
                (Some(&*caller), Some(&*input), &files)
            );
            let closing = match end {
                0 => Closing::Failed { why: base.clone() },
                1 => Closing::ByHand,
                _ => Closing::Saved { files: files.clone() },
            };
            ledger.close(id, &closing).unwrap();
            let row = ledger.row(id).unwrap().unwrap();
            assert!(!ledger.open_rows().unwrap().iter().any(|open| open.id == id));
            assert_eq!(row.files, if end > 1 { files } else { Vec::new() });
            assert_eq!(row.note.as_deref(), (end == 0).then_some(&*base));
            assert!(ledger.was_sent_before(&endpoint, &input).unwrap() && ledger.has_request_id(&caller).unwrap());
            ledger.forget(id).unwrap();
            let row = ledger.row(id).unwrap().unwrap();
            assert_eq!((row.input.as_str(), row.answer, row.note, row.files.len()), ("{}", None, None, 0));
        },
    );
}

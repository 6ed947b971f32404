//! Bad command lines: one sentence that names the flag, the value and what is allowed; the exit code; nothing sent.

use crate::support::{Place, Run, png};
use ideogram_schema::{AspectRatio, ENDPOINTS, Strength, Style};

const SENTENCES: &[(&str, &str)] = &[
    ("generate a --seed 1.5", "`--seed` cannot be `1.5`: it must be a whole number"),
    ("generate a --seed 99999999999999999999", "`--seed` cannot be `99999999999999999999`: it must be a whole number"),
    ("generate a --seed", "`--seed` needs a value"),
    ("generate a --expand-prompt=maybe", "`--expand-prompt` cannot be `maybe`: it must be `true` or `false`"),
    ("generate", "`PROMPT` is missing; see `ideogram generate --help`"),
    ("edit image.png a", "`--mask` is missing; see `ideogram edit --help`"),
    (
        "edit image.png a --mask mask.png",
        "the mask `mask.png` is 64×32 pixels and the image `image.png` is 64×64: both must have the same size; `--fit-mask` \
         scales it",
    ),
    ("generate a --style render_3d", "`--style` cannot be `render_3d`; did you mean `render_3D`?"),
    ("generate a --style Realistic", "`--style` cannot be `Realistic`; did you mean `realistic`?"),
    ("generate a --aspect-ratio 16x9", "`--aspect-ratio` cannot be `16x9`; did you mean `16:9`?"),
    ("generate a fox", "`fox` is one word too many; a prompt of several words needs quotes: `\"a fox in the snow\"`"),
    ("mask invert a.png b.png", "`b.png` is one word too many; see `ideogram mask invert --help`"),
    (
        "generate a --expand-prompt false",
        "`false` stands alone; a flag that says yes or no takes it after `=`, as in `--expand-prompt=false`",
    ),
    ("generate a --sync=1", "`--sync` takes no value; see `ideogram generate --help`"),
    ("jobs close", "`ID` is missing; see `ideogram jobs close --help`"),
    ("jobs close fox", "`ID` cannot be `fox`: it must be a whole number"),
    ("jobs close 0", "`ID` cannot be `0`: it must be a whole number, at least 1"),
    ("auth", "`ideogram auth` needs one of these commands: `login`, `status`, `logout`"),
    ("generate a --sed 1", "there is no `--sed` here; did you mean `--seed`?"),
    ("generate a --no-sandbix", "there is no `--no-sandbix` here; did you mean `--no-sandbox`?"),
    ("generate a --no-seed", "there is no `--no-seed` here; see `ideogram generate --help`"),
    ("generate a --sync --sync", "`--sync` can be given only once; see `ideogram generate --help`"),
    ("genrate a", "there is no command `genrate`; did you mean `generate`?"),
    (
        "generate a -o there.png",
        "`there.png` is there already; choose another name, or overwrite it with `--overwrite`",
    ),
    ("generate a --timeout soon", "`--timeout` cannot be `soon`: it must be a number with `ms`, `s`, `m` or `h`"),
    (
        "generate a --sync-mode",
        "`--sync-mode` makes a queued result large, and the service keeps such a result for minutes only and in no \
         history; add `--sync`, or `--queue-sync-mode` to queue it all the same",
    ),
    ("man foo", "there is no command `foo`; see `ideogram --help`"),
];

#[test]
fn each_bad_value_is_one_sentence_and_exit_2() {
    let place = Place::new();
    place.write("image.png", &png(64, 64));
    place.write("mask.png", &png(64, 32));
    place.write("there.png", b"mine");
    let ratios = format!("it must be one of `{}`", AspectRatio::VALUES.join("`, `"));
    let styles = format!("it must be one of `{}`", Style::VALUES.join("`, `"));
    let strengths = format!("it must be a number {}", Strength::BOUNDS);
    let verbs: Vec<&str> = ENDPOINTS.iter().map(|info| info.verb).collect();
    for (arguments, sentence) in [
        ("generate a --aspect-ratio 5:5", format!("`--aspect-ratio` cannot be `5:5`: {ratios}")),
        ("generate a --style \u{1b}[31m", format!("`--style` cannot be `\u{fffd}[31m`: {styles}")),
        ("remix image.png a --strength 1.5", format!("`--strength` cannot be `1.5`: {strengths}")),
        ("remix image.png a --strength NaN", format!("`--strength` cannot be `NaN`: {strengths}")),
        ("remix image.png a --strength much", format!("`--strength` cannot be `much`: {strengths}")),
        ("schema foo", format!("`foo` is no endpoint: there are `{}`, `cli`", verbs.join("`, `"))),
    ]
    .into_iter()
    .chain(SENTENCES.iter().map(|(arguments, sentence)| (*arguments, (*sentence).to_owned())))
    {
        let run = place.run(arguments.split(' '));
        assert_eq!(run.refused(2), sentence, "{arguments}");
    }
    assert_eq!(place.files(), ["image.png", "mask.png", "there.png"]);
}

#[test]
fn json_and_stdout_bytes_exclude_each_other() {
    let run = Place::new().run(["generate", "a", "--json", "-o", "-"]);
    assert_eq!(run.code, Some(2));
    let envelope = run.json();
    assert_eq!((&envelope["schema"], &envelope["kind"]), (&"ideogram/1".into(), &"error".into()));
    assert_eq!(envelope["error"]["kind"], "usage");
    assert_eq!(run.stderr.trim_end(), format!("error: {}", envelope["error"]["message"].as_str().unwrap()));
}

#[test]
fn a_bad_command_line_is_an_envelope_too() {
    let run = Place::new().run(["generate", "--json"]);
    assert_eq!((run.code, run.json()["error"]["kind"].as_str()), (Some(2), Some("usage")));
}

#[test]
fn a_file_that_cannot_be_used_is_exit_3() {
    let place = Place::new();
    place.write("notes.txt", b"no picture");
    place.write("empty.png", b"");
    for (path, why) in [
        ("none.png", "No such file or directory (os error 2)"),
        (".", "Is a directory (os error 21)"),
        ("notes.txt", "its content is no picture of a known format, such as PNG, JPEG or WebP"),
        ("empty.png", "it is empty"),
    ] {
        let run = place.run(["remix", path, "a"]);
        assert_eq!(run.refused(3), format!("cannot read `{path}`, given as `IMAGE`: {why}"));
    }
    let run = place.run(["generate", "a", "-o", "no/such/fox.png"]);
    assert!(run.refused(3).starts_with("cannot write `no/such`: No such file or directory"), "{run:?}");
}

#[test]
fn alone_it_says_what_it_is_and_how_to_begin() {
    let run = Place::new().run([]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    for word in ["ideogram generate \"", "Commands:", "  remix ", "  jobs ", "ideogram help COMMAND"] {
        assert!(run.text().contains(word), "{word}: {}", run.text());
    }
    assert!(run.text().lines().count() < 30, "{}", run.text());
}

#[test]
fn help_is_of_the_tool_of_a_command_and_of_the_exit_codes() {
    let place = Place::new();
    for (asked, same) in [
        (vec!["help"], vec!["--help"]),
        (vec!["help", "generate"], vec!["generate", "--help"]),
        (vec!["help", "jobs", "resume"], vec!["jobs", "resume", "--help"]),
    ] {
        let (run, same) = (place.run(asked.iter().copied()), place.run(same.iter().copied()));
        assert_eq!((run.code, run.text()), (Some(0), same.text()), "{asked:?}");
    }
    assert!(place.run(["help", "exit-codes"]).text().contains("143  ended by SIGTERM"));
    assert!(place.run(["help", "nothing"]).refused(2).contains("`nothing`"));
    assert!(place.run(["help", "--nothing"]).refused(2).contains("`--nothing`"));
}

#[test]
fn an_empty_prompt_is_refused_before_anything_is_sent() {
    for prompt in ["", " \n\t"] {
        assert!(Place::new().run(["generate", prompt]).refused(2).starts_with("the prompt is empty"));
    }
}

#[test]
fn a_key_that_was_copied_wrongly_is_told_before_anything_is_sent() {
    let place = Place::new();
    for (key, told) in [("FAL_KEY=id:hush", "name of a variable"), ("\"id:hush\"", "quotes")] {
        let run = Run::of(place.command().env("FAL_KEY", key).args(["generate", "fox"]).output().unwrap());
        let said = run.refused(4);
        assert!(said.contains(told) && said.ends_with("nothing was sent") && !said.contains("hush"), "{said}");
    }
}

#[test]
fn every_flag_is_judged_before_a_file_is_read() {
    let place = Place::new();
    for (flags, wrong) in [
        ("-n 0", "--count"),
        ("--seeds x", "--seeds"),
        ("--vary style=bogus", "--style"),
        ("--vary nonsense=1", "--vary"),
        ("--webhook nonsense", "--webhook"),
        ("-o {bogus}.png", "bogus"),
        ("-o nowhere/fox.png", "nowhere"),
        ("--max-cost 0.01", "--max-cost"),
        ("-n 2 --detach", "--detach"),
        ("-n 2 -o one.png", "--output"),
        ("--grid nowhere/sheet.png", "nowhere"),
    ] {
        for call in ["edit missing.png fox --mask missing.png", "generate @missing.txt"] {
            let run = place.run(format!("{call} {flags}").split(' '));
            assert!(run.stderr.contains(wrong) && !run.stderr.contains("missing"), "{call} {flags}: {}", run.stderr);
        }
    }
}

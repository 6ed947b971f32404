//! The settings file: what it sets, what goes before it, what it refuses, and how it is shown and changed.

use crate::support::{Place, Run, on_a_full_disk};

impl Place {
    fn settings(&self, text: &str) -> std::path::PathBuf {
        let folder = self.work().with_file_name("home").join(".config/ideogram");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("config.toml");
        std::fs::write(&path, text).unwrap();
        path
    }
}

#[cfg(feature = "sandbox")]
#[test]
fn a_flag_goes_before_the_file_and_a_table_before_what_stands_above_it() {
    let place = Place::new();
    place.settings(
        "style = \"design\"\nexpand-prompt = false\nsandbox = true\n\n[generate]\nstyle = \"anime\"\nseed = 7\n",
    );
    let input = |arguments: &[&str]| {
        let run = place.run(arguments.iter().copied());
        assert_eq!(run.code, Some(0), "{run:?}");
        run.json()["results"][0]["input"].clone()
    };
    let made = input(&["generate", "a", "--json", "-o", "a.png"]);
    assert_eq!((&made["style"], &made["seed"], &made["expand_prompt"]), (&"anime".into(), &7.into(), &false.into()));
    let made = input(&["generate", "a", "--json", "--style", "realistic", "--seed=8", "--expand-prompt"]);
    assert_eq!((&made["style"], &made["seed"], &made["expand_prompt"]), (&"realistic".into(), &8.into(), &true.into()));
    let made = input(&["remix", "a.png", "b", "--json"]);
    assert_eq!((&made["style"], made["seed"] != 7), (&"design".into(), true));
    let run = place.run(["generate", "a", "--no-sandbox"]);
    assert!(run.refused(4).contains("no API key"), "a switch of the file is taken back");
    place.settings("json = true\n");
    for (arguments, is_json) in [
        (&["generate", "a"][..], true),
        (&["--no-json", "generate", "a"], false),
        (&["generate", "a", "--no-json"], false),
        (&["--no-json", "generate", "a", "--json"], true),
    ] {
        let run = place.run(arguments.iter().copied());
        assert_eq!((run.code, run.stdout.is_empty()), (Some(4), !is_json), "{arguments:?}");
    }
}

#[test]
fn a_full_disk_leaves_the_settings_as_they_were() {
    let place = Place::new();
    let text = "style = \"design\"\n";
    let path = place.settings(text);
    let mut command = place.command();
    let run = Run::of(on_a_full_disk(command.args(["config", "set", "style", "anime"]), 0).output().unwrap());
    assert!(run.refused(3).contains("config.toml"), "{run:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_wrong_key_or_value_names_file_line_and_what_is_allowed() {
    let place = Place::new();
    for (text, line, told) in [
        ("\n\nsytle = \"anime\"", 3, "`sytle` is no setting; did you mean `style`?"),
        ("aspect_ratio = \"1:1\"", 1, "`aspect_ratio` is no setting; did you mean `aspect-ratio`?"),
        ("foo = 1", 1, "`foo` is no setting; there are `aspect-ratio`, "),
        ("[generate]\nstrength = 0.5", 2, "`strength` is no setting of `ideogram generate`; there are `"),
        ("[genrate]\nstyle = \"anime\"", 1, "there is no command `genrate`; did you mean `[generate]`?"),
        ("timeout = \"soon\"", 1, "`timeout` cannot be `soon`: it must be a number with `ms`, `s`, `m` or `h`"),
        ("style = \"aniem\"", 1, "`style` cannot be `aniem`; did you mean `anime`?"),
        ("style = \"oil\"", 1, "`style` cannot be `oil`: it must be one of `auto`, "),
        ("[remix]\n\nstrength = 2", 3, "`strength` cannot be `2`: it must be a number "),
        ("seed = [1]", 1, "`seed` must be a text, a number, `true` or `false`"),
        ("sync = \"yes\"", 1, "`sync` must be `true` or `false`"),
        ("style = ", 1, "this is no TOML: "),
        ("fal_key = \"id:hush\"", 1, "a key cannot be a setting"),
        ("any-mask = true", 1, "`any-mask` is asked for each time on the command line, and cannot be a setting"),
    ] {
        let path = place.settings(text);
        let run = place.run(["generate", "a", "--timeout", "1s"]);
        let said = run.refused(3);
        assert!(said.starts_with(&format!("`{}`, line {line}: {told}", path.display())), "{text}: {said}");
        assert!(!said.contains("hush"));
        assert_eq!(place.run(["config", "path"]).text(), format!("{}\n", path.display()));
    }
}

#[test]
fn what_buys_again_overwrites_or_skips_a_check_is_no_setting() {
    for name in ["yes", "overwrite", "force", "any-mask", "retry-unknown", "again", "rebuy", "dry-run"] {
        let place = Place::new();
        place.settings(&format!("{name} = true\n"));
        assert!(place.run(["generate", "a"]).refused(3).contains("asked for each time"), "{name}");
        assert!(place.run(["config", "set", name, "true"]).refused(2).contains("asked for each time"), "{name}");
    }
}

#[test]
fn the_working_directory_sets_nothing() {
    let place = Place::new();
    place.write("config.toml", b"this is no TOML");
    let mut command = place.command();
    command.env("XDG_CONFIG_HOME", ".").args(["config", "show", "--json"]);
    let run = Run::of(command.output().unwrap());
    assert!(run.json()["results"].as_array().unwrap().iter().all(|row| row["origin"] != "file"), "{run:?}");
}

#[test]
fn show_tells_each_value_and_its_origin() {
    let place = Place::new();
    let path = place.settings("timeout = 90\n[edit]\nno-metadata = true\n");
    let mut command = place.command();
    command.env("IDEOGRAM_LEDGER", "mine.db").env("FAL_KEY", "id:hush");
    command.env("IDEOGRAM_QUEUE_URL", "http://127.0.0.1:1");
    let run = Run::of(command.args(["config", "show", "--json", "--quiet"]).output().unwrap());
    let envelope = run.json();
    assert_eq!(envelope["kind"], "setting");
    for (name, value, origin, at) in [
        ("timeout", "90", "file", Some(format!("{}:1", path.display()))),
        ("edit.no-metadata", "true", "file", Some(format!("{}:3", path.display()))),
        ("ledger", "mine.db", "environment", Some("IDEOGRAM_LEDGER".to_owned())),
        ("IDEOGRAM_QUEUE_URL", "http://127.0.0.1:1", "environment", Some("IDEOGRAM_QUEUE_URL".to_owned())),
        ("quiet", "true", "flag", Some("--quiet".to_owned())),
        ("sync", "false", "default", None),
        ("aspect-ratio", "1:1", "default", None),
    ] {
        let row = envelope["results"].as_array().unwrap().iter().find(|row| row["name"] == name).expect(name);
        assert_eq!((&row["value"], &row["origin"]), (&value.into(), &origin.into()), "{row}");
        assert_eq!(row["place"].as_str().map(str::to_owned), at, "{row}");
    }
    assert!(!run.text().contains("hush") && !run.text().contains("FAL_KEY"));
    let text = place.run(["config", "show"]).text().to_owned();
    assert!(
        text.lines().any(|line| line.starts_with("timeout ") && line.contains(" 90 ") && line.contains("file")),
        "{text}"
    );
}

#[test]
fn set_and_unset_change_one_value_and_keep_the_comments() {
    let place = Place::new();
    let done = |arguments: &[&str]| {
        let run = place.run(arguments.iter().copied());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    };
    done(&["config", "set", "timeout", "5m"]);
    done(&["config", "set", "generate.style", "anime"]);
    let path = place.work().with_file_name("home").join(".config/ideogram/config.toml");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "timeout = \"5m\"\n\n[generate]\nstyle = \"anime\"\n");
    place.settings("# mine\ntimeout = \"5m\" # short\n\n[generate]\nstyle = \"anime\"\n");
    done(&["config", "set", "timeout", "90"]);
    done(&["config", "set", "sync", "true"]);
    done(&["config", "unset", "generate.style"]);
    done(&["config", "unset", "generate.style"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "# mine\ntimeout = 90 # short\nsync = true\n\n[generate]\n");
    for (arguments, told) in [
        (["config", "set", "timeout", "soon"], "`timeout` cannot be `soon`: it must be a number with"),
        (["config", "set", "generate.style", "Anime"], "`style` cannot be `Anime`; did you mean `anime`?"),
        (["config", "set", "sytle", "anime"], "`sytle` is no setting; did you mean `style`?"),
    ] {
        assert!(place.run(arguments).refused(2).starts_with(told), "{arguments:?}");
    }
}

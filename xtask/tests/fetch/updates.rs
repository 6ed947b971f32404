use super::{Answer, IDS, Server, Workspace};

#[test]
fn nothing_is_written_when_nothing_is_new() {
    let workspace = Workspace::new();
    let server = Server::start(workspace.answers());
    let before = workspace.state();
    let expected = "openapi/upstream/turbo.json: nothing new\nopenapi/upstream/remix.json: nothing new\n\
        openapi/upstream/edit.json: nothing new\nupstream is as `openapi/upstream.lock` has it\n";
    assert_eq!(workspace.fetch(&server.url(), false), Ok((0, expected.to_owned())));
    assert_eq!(workspace.fetch(&server.url(), true), Ok((0, expected.to_owned())));
    assert_eq!(workspace.state(), before);
    assert_eq!(server.asked()[0], "/api/openapi/queue/openapi.json?endpoint_id=fal-ai/ideogram/v2/turbo");
}

#[test]
fn what_is_new_is_taken_byte_for_byte_and_told_in_a_line() {
    let workspace = Workspace::new();
    let new = format!("\n {}", workspace.text("upstream/remix.json").replace("\"maximum\": 1,", "\"maximum\": 2,"));
    let mut answers = workspace.answers();
    answers.insert(IDS[1].0.to_owned(), Answer::ok(new.clone()));
    let server = Server::start(answers);
    let place = "`/components/schemas/IdeogramV2TurboRemixInput/properties/strength/maximum` differs";
    let lines = format!(
        "openapi/upstream/turbo.json: nothing new\nopenapi/upstream/remix.json: 1 change: {place}\n\
         openapi/upstream/edit.json: nothing new\n"
    );

    let before = workspace.state();
    let told = format!("{lines}upstream has moved: take it with `cargo xtask fetch`\n");
    assert_eq!(workspace.fetch(&server.url(), true), Ok((1, told)));
    assert_eq!(workspace.state(), before, "`--check` writes nothing");

    let (code, told) = workspace.fetch(&server.url(), false).unwrap();
    assert_eq!((code, told.starts_with(&lines)), (0, true), "{told}");
    assert_eq!(workspace.text("upstream/remix.json"), new);
    let after = workspace.state();
    let changed: Vec<_> =
        after.iter().filter(|(path, state)| before.get(*path) != Some(state)).map(|(path, _)| path).collect();
    assert_eq!(changed, [&workspace.path("upstream/remix.json"), &workspace.path("upstream.lock")]);
    let lock = workspace.text("upstream.lock");
    assert_eq!(
        (lock.matches("= \"fetched\"\n").count(), lock.matches("= \"transcribed\"\n").count()),
        (1, 2),
        "{lock}"
    );
    assert!(lock.contains(&format!("source = \"{}/api/", server.url())), "{lock}");
    assert!(lock.starts_with("# Where the documents in `upstream/` come from."), "{lock}");
    let (code, told) = workspace.fetch(&server.url(), true).unwrap();
    assert_eq!((code, told.ends_with("upstream is as `openapi/upstream.lock` has it\n")), (0, true), "{told}");
}

#[test]
fn a_new_endpoint_and_an_edited_file_are_told_apart() {
    let workspace = Workspace::new();
    let server = Server::start(workspace.answers());
    std::fs::remove_file(workspace.path("upstream/edit.json")).unwrap();
    let edited = workspace.text("upstream/turbo.json").replace("\"anime\"", "\"mine\"");
    std::fs::write(workspace.path("upstream/turbo.json"), edited).unwrap();
    let (code, told) = workspace.fetch(&server.url(), false).unwrap();
    assert_eq!(code, 0);
    assert!(told.contains("turbo.json: 1 change: `/components/"), "{told}");
    assert!(told.contains("; what was here had been edited by hand\n"), "{told}");
    assert!(told.contains("edit.json: new\n"), "{told}");
    let (_, told) = workspace.fetch(&server.url(), true).unwrap();
    assert!(told.ends_with("upstream is as `openapi/upstream.lock` has it\n"), "{told}");
}

#[test]
fn a_redirect_on_the_same_host_is_followed() {
    let workspace = Workspace::new();
    let mut answers = workspace.answers();
    let document = answers
        .insert(IDS[0].0.to_owned(), Answer::status("302 Found", "location: /elsewhere?endpoint_id=moved\r\n", ""));
    answers.insert("moved".to_owned(), document.unwrap());
    let server = Server::start(answers);
    let (code, told) = workspace.fetch(&server.url(), true).unwrap();
    assert_eq!(code, 0, "{told}");
    assert_eq!(server.asked()[1], "/elsewhere?endpoint_id=moved");
}

#[test]
fn what_codegen_will_refuse_is_told_at_once() {
    let workspace = Workspace::new();
    let new = workspace.text("upstream/turbo.json").replace("\"anime\"", "\"anime\", \"An ime\"");
    let mut answers = workspace.answers();
    answers.insert(IDS[0].0.to_owned(), Answer::ok(new.clone()));
    let server = Server::start(answers);
    for check in [true, false] {
        let (_, told) = workspace.fetch(&server.url(), check).unwrap();
        let stops: Vec<&str> = told.lines().filter(|line| line.starts_with("codegen will stop: ")).collect();
        assert!(!stops.is_empty() && stops.iter().any(|line| line.contains("Style` is to be")), "{told}");
    }
    assert_eq!(workspace.text("upstream/turbo.json"), new, "it is taken all the same, to be looked at");
}

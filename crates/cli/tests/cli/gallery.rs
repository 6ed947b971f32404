//! `ideogram gallery`, and `--gallery` of a batch, against a sandbox. What a browser makes of the pages is tested there.

use crate::support::{Place, Run, encoded, on_a_full_disk, png};
use ideogram_sandbox::Sandbox;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// A place and a sandbox in this process, whose pictures have one colour.
struct Studio {
    place: Place,
    runtime: Runtime,
    sandbox: Sandbox,
}

impl Studio {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let builder = Sandbox::builder().flat(true).service_time(Duration::from_millis(20));
        let sandbox = runtime.block_on(builder.start()).unwrap();
        Self { place: Place::new(), runtime, sandbox }
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = self.place.command();
        command.env("IDEOGRAM_BASE_URL", self.sandbox.url()).env("FAL_KEY", self.sandbox.key());
        command.args(arguments.split(' '));
        command
    }

    fn run(&self, arguments: &str) -> Run {
        Run::of(self.command(arguments).output().unwrap())
    }

    fn page(&self, name: &str) -> String {
        std::fs::read_to_string(self.place.work().join(name)).unwrap()
    }

    /// The names of the small pictures, sorted.
    fn thumbnails(&self, folder: &str) -> Vec<String> {
        let listed = std::fs::read_dir(self.place.work().join(folder).join("thumbnails")).unwrap();
        let mut names: Vec<_> = listed.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        let _guard = self.runtime.enter();
    }
}

fn cards(page: &str) -> usize {
    page.matches("<li class=\"card").count()
}

fn changed(path: &Path) -> std::time::SystemTime {
    std::fs::metadata(path).unwrap().modified().unwrap()
}

#[test]
fn a_batch_leaves_a_page_of_its_pictures_and_again_only_what_is_new_is_made() {
    let studio = Studio::new();
    studio.run("generate other --seed 1 -o other.png");
    let rows = "{\"prompt\":\"a <b>fox</b>\",\"style\":\"anime\",\"seed\":7}\n{\"prompt\":\"an owl\"}\n";
    studio.place.write("rows.jsonl", rows.as_bytes());
    let run = studio.run("batch rows.jsonl --out out --gallery --json");
    let gallery = &run.json()["results"][0]["gallery"];
    assert_eq!((run.code, &gallery["pictures"], &gallery["missing"]), (Some(0), &2.into(), &0.into()), "{run:?}");
    let page = studio.page("out/index.html");
    assert_eq!(cards(&page), 2, "the other picture is no part of the batch");
    assert!(page.contains("<h1>rows</h1>") && page.contains("a &lt;b&gt;fox&lt;/b&gt;") && !page.contains("<b>fox"));
    assert!(page.contains("data-style=\"anime\"") && page.contains("data-seed=\"7\""));
    let small = studio.thumbnails("out");
    assert_eq!(small.len(), 2);
    let first = studio.place.work().join("out/thumbnails").join(&small[0]);
    let before = changed(&first);
    studio.place.write("rows.jsonl", format!("{rows}{{\"prompt\":\"a hare\"}}\n").as_bytes());
    let run = studio.run("batch rows.jsonl --out out --gallery");
    assert!(run.stderr.contains("3 pictures on 1 page"), "{run:?}");
    assert_eq!((cards(&studio.page("out/index.html")), studio.thumbnails("out").len()), (3, 3));
    assert_eq!(changed(&first), before, "it is up to date");
    // A picture that is gone, and one that has changed.
    let pictures: Vec<_> =
        std::fs::read_dir(studio.place.work().join("out")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let mut pictures = pictures.iter().filter(|path| path.extension().is_some_and(|ending| ending == "png"));
    std::fs::remove_file(pictures.next().unwrap()).unwrap();
    std::fs::write(pictures.next().unwrap(), png(20, 10)).unwrap();
    let run = studio.run("gallery -o out --batch rows.jsonl");
    assert!(run.stderr.contains("2 pictures on 1 page; 1 not there any more"), "{run:?}");
    assert_eq!((run.text(), studio.thumbnails("out").len()), ("out/index.html\n", 2), "{run:?}");
    assert!(studio.page("out/index.html").contains("20 × 10"));
}

#[test]
fn any_requests_of_the_ledger_are_shown_wherever_their_pictures_are() {
    let studio = Studio::new();
    for (prompt, folder) in [("a fox", "one/"), ("an owl", "two/")] {
        let mut command = studio.command("generate");
        assert!(command.args([prompt, "-o", folder]).output().unwrap().status.success());
    }
    let run = studio.run("gallery -o one/shown");
    assert!(run.stderr.contains("2 pictures on 1 page"), "{run:?}");
    let page = studio.page("one/shown/index.html");
    let (fox, owl) = (page.find("<p dir=\"auto\">a fox").unwrap(), page.find("<p dir=\"auto\">an owl").unwrap());
    assert!(owl < fox, "the latest comes first");
    assert!(page.contains("href=\"../a-fox-") && page.contains("href=\"../../two/an-owl-"), "{page}");
    for (wanted, shown) in
        [("2", 1), ("--state failed", 0), ("--older-than 1h", 0), ("--limit 1", 1), ("--endpoint edit", 0)]
    {
        let run = studio.run(&format!("gallery -o some {wanted}"));
        assert_eq!((run.code, cards(&studio.page("some/index.html"))), (Some(0), shown), "{wanted}: {run:?}");
    }
    assert!(studio.page("some/index.html").contains("There are no pictures here."));
    assert!(studio.thumbnails("some").is_empty(), "what no page shows is removed");
}

#[test]
fn a_page_that_is_somebody_elses_stays_and_nothing_is_bought_then() {
    let studio = Studio::new();
    studio.place.write("index.html", b"<title>mine</title>");
    studio.place.write("rows.jsonl", b"{\"prompt\":\"a fox\"}\n");
    for command in ["batch rows.jsonl --gallery", "gallery -o ."] {
        let run = studio.run(command);
        assert!(run.refused(2).contains("is there already and is no gallery"), "{run:?}");
    }
    assert!(studio.sandbox.jobs().is_empty());
    assert_eq!(studio.page("index.html"), "<title>mine</title>");
    let run = studio.run("batch rows.jsonl --gallery --overwrite");
    assert_eq!((run.code, cards(&studio.page("index.html"))), (Some(0), 1), "{run:?}");
    // A page of more pictures than there are now goes; one that is no gallery's stays.
    let page = studio.page("index.html");
    studio.place.write("page-2.html", page.as_bytes());
    studio.place.write("page-3.html", b"<title>mine</title>");
    assert_eq!(studio.run("gallery -o .").code, Some(0));
    assert!(!studio.place.work().join("page-2.html").exists());
    assert_eq!(studio.page("page-3.html"), "<title>mine</title>");
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_no_half_of_a_small_picture_and_the_next_run_makes_them() {
    let studio = Studio::new();
    studio.place.write("rows.jsonl", b"{\"prompt\":\"a fox\",\"output\":\"fox.png\"}\n");
    assert_eq!(studio.run("batch rows.jsonl --out out").code, Some(0));
    // A small picture of noise is larger than what the ledger needs.
    let noise = |x: u32, y: u32| {
        image::Rgb((x * 7919 + y * 104_729).wrapping_mul(2_654_435_761).to_le_bytes()[1..].try_into().unwrap())
    };
    studio.place.write("out/fox.png", &encoded(image::RgbImage::from_fn(960, 420, noise)));
    let run = Run::of(on_a_full_disk(&studio.command("gallery -o out --batch rows.jsonl"), 64).output().unwrap());
    let message = run.refused(3);
    assert!(message.starts_with("cannot write `") && message.contains("thumbnails"), "{message}");
    assert_eq!(studio.thumbnails("out"), Vec::<String>::new());
    assert!(!studio.place.work().join("out/index.html").exists());
    let run = studio.run("gallery -o out --batch rows.jsonl");
    assert_eq!((run.text(), studio.thumbnails("out").len()), ("out/index.html\n", 1), "{run:?}");
}

#[test]
fn an_interrupted_batch_leaves_a_page_of_what_is_saved() {
    let studio = Studio::new();
    let rows: String = (1..=60).map(|number| format!("{{\"prompt\":\"fox {number}\"}}\n")).collect();
    studio.place.write("rows.jsonl", rows.as_bytes());
    let child = studio.command("batch rows.jsonl --concurrency 2 --out out --gallery").spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while studio.sandbox.jobs().len() < 8 && Instant::now() < until {
        std::thread::yield_now();
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let run = Run::of(child.wait_with_output().unwrap());
    let saved = run.text().lines().count();
    assert!(run.code == Some(130) && (1..60).contains(&saved), "{run:?}");
    assert_eq!(cards(&studio.page("out/index.html")), saved, "{run:?}");
}

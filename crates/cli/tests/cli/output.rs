//! `--output`: names, folders, names with fields, and what is overwritten.

use crate::server::{Reply, Server, queue};
use crate::support::{Place, Run, as_it_came, png};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn honest() -> Server {
    Server::start(|request| queue(request, &png(64, 48)))
}

fn made(place: &Place, server: &Server, arguments: &[&str]) -> Run {
    let run = Run::of(place.calling(server).args(arguments).output().expect("the binary starts"));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    run
}

#[test]
fn a_name_has_letters_of_every_script_and_the_values_of_its_fields() {
    let (place, server) = (Place::new(), honest());
    std::fs::create_dir(place.work().join("out")).unwrap();
    for (output, name) in [
        (&[][..], "狐狸-7.png"),
        (&["-o", "out"], "out/狐狸-7.png"),
        (&["-o", "out/{style}_{aspect-ratio}_{slug}"], "out/anime_1-1_狐狸.png"),
        (&["-o", "{{{command}}}-{index}.{ext}"], "{generate}-1.png"),
    ] {
        let arguments = [&["generate", "狐狸!", "--seed", "7", "--style", "anime"][..], output].concat();
        assert_eq!(made(&place, &server, &arguments).text(), format!("{name}\n"));
        assert!(place.work().join(name).is_file(), "{name}");
    }
}

#[test]
fn no_value_leads_out_of_the_folder() {
    let (place, server) = (Place::new(), honest());
    let arguments = ["generate", "../../../tmp/fox\n\u{202e}gnp", "--seed", "7", "-o", "{slug}{slug}.{ext}"];
    assert_eq!(made(&place, &server, &arguments).text(), "tmp-fox-gnptmp-fox-gnp.png\n");
}

#[test]
fn a_wrong_field_or_a_folder_with_one_is_told_before_anything_is_sent() {
    let (place, server) = (Place::new(), honest());
    for (output, told) in [
        ("{sed}.png", "`--output` knows no field `{sed}`: there are `{slug}`, `{seed}`, `{index}`, "),
        ("{seed.png", "`--output` has a brace without its other half in `{seed.png`"),
        ("{style}/fox.png", "`--output` takes fields in the name of the file, not in that of a folder"),
        ("{style}/", "`--output` takes fields in the name of the file, not in that of a folder"),
    ] {
        let run = place.call(&server, &format!("generate fox -o {output}"));
        assert!(run.refused(2).starts_with(told), "{run:?}");
    }
    assert_eq!(server.count("POST", "turbo"), 0);
    assert!(place.files().is_empty());
}

#[test]
fn an_interrupted_run_is_finished_under_the_name_that_it_was_given() {
    let (place, broken) = (Place::new(), Arc::new(AtomicBool::new(true)));
    let is_broken = Arc::clone(&broken);
    let server = Server::start(move |request| {
        if is_broken.load(Ordering::Relaxed) && request.target.starts_with("/cdn/") {
            return Reply::Json(404, serde_json::json!({"detail": "gone"}));
        }
        queue(request, &png(64, 48))
    });
    let run = place.call(&server, "generate fox --seed 7 --style anime -o {style}-{seed}-{index}.{ext}");
    assert_eq!((run.code, place.files().len()), (Some(1), 0), "{run:?}");
    broken.store(false, Ordering::Relaxed);
    assert_eq!(place.call(&server, "jobs resume").code, Some(0));
    assert_eq!(place.files(), ["anime-7-1.png"]);
}

#[cfg(unix)]
#[test]
fn overwriting_keeps_a_link_and_the_permissions_of_the_file() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (place, server) = (Place::new(), honest());
    std::fs::create_dir(place.work().join("store")).unwrap();
    let real = place.write("store/real.png", b"mine");
    std::fs::set_permissions(&real, PermissionsExt::from_mode(0o640)).unwrap();
    symlink("store/real.png", place.work().join("fox.png")).unwrap();
    for arguments in [
        &["generate", "fox", "-o", "fox.png", "--overwrite"][..],
        &["mask", "rect", "--size=8x8", "--at=0,0,4,8", "-o", "fox.png", "--overwrite"],
    ] {
        assert_eq!(made(&place, &server, arguments).text(), "fox.png\n");
        assert!(std::fs::symlink_metadata(place.work().join("fox.png")).unwrap().is_symlink());
        assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        let saved = as_it_came(&std::fs::read(&real).unwrap());
        assert_eq!(saved == png(64, 48), arguments[0] == "generate");
    }
    assert_eq!(place.files(), ["fox.png", "store"]);
}

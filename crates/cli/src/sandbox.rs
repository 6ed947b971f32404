//! The stand-in for the service: `--sandbox`, and `ideogram sandbox`.

use crate::exit::Failure;
use crate::interrupt::Interrupts;
use crate::output::{Output, data};
use crate::session::runtime;
use clap::{Arg, ArgMatches, Command, value_parser};
use ideogram_sandbox::{Builder, Sandbox};
use std::time::Duration;

/// A key of the right shape; a sandbox takes any.
pub(crate) const KEY: &str = "sandbox:key";

/// The port of `ideogram sandbox` where nobody says: the environment lines stay the same from run to run.
const PORT: &str = "8787";

/// `ideogram sandbox`.
pub(crate) fn command() -> Command {
    let arg = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("sandbox").about("Serve a stand-in for the service on this machine until Ctrl-C").args([
        arg("port", "N", "Port on 127.0.0.1; 0 takes any free one")
            .value_parser(value_parser!(u16))
            .default_value(PORT),
        arg("service-time", "TIME", "How long a job runs: `50ms`, `3s` [default: the sandbox's own]")
            .value_parser(crate::command::time()),
        arg("runners", "N", "How many jobs run at once [default: the sandbox's own]")
            .value_parser(value_parser!(u16).range(1..)),
        arg("seed", "N", "Make what is left to chance the same in every run").value_parser(value_parser!(u64)),
    ])
}

/// Serves until Ctrl-C; stdout has the lines that point other programs here.
pub(crate) fn serve(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let port = matches.get_one::<u16>("port").copied().unwrap_or_default();
    let mut builder = Sandbox::builder();
    if let Some(time) = matches.get_one::<Duration>("service-time") {
        builder = builder.service_time(*time);
    }
    if let Some(runners) = matches.get_one::<u16>("runners") {
        builder = builder.runners(*runners);
    }
    if let Some(seed) = matches.get_one::<u64>("seed") {
        builder = builder.seed(*seed);
    }
    runtime()?.block_on(async {
        let mut interrupts = Interrupts::listen()?;
        let sandbox = start(builder, port).await?;
        let lines = format!("export IDEOGRAM_BASE_URL={}\nexport FAL_KEY={KEY}\n", sandbox.url());
        // A reader that took its lines and left does not end the service.
        match data(lines.as_bytes()) {
            Err(failure) if failure.exit() != crate::Exit::Success => return Err(failure),
            _ => output.progress("paste these lines into another shell; Ctrl-C ends the service"),
        }
        interrupts.next().await;
        tokio::select! {
            () = sandbox.shutdown() => {}
            () = interrupts.next() => {}
        }
        Ok(())
    })
}

/// Starts a sandbox on a port of this machine; 0 is any free one.
pub(crate) async fn start(builder: Builder, port: u16) -> Result<Sandbox, Failure> {
    builder.port(port).start().await.map_err(|error| Failure::service(error.to_string()))
}

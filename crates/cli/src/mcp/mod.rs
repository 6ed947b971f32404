//! `ideogram mcp`: the tool as a server of the Model Context Protocol, on stdin and stdout.
//!
//! A paid request is a task of its own, so that it outlives the call that started it: clients give up after a while and
//! call again. The [desk](desk) gives an identical call the same task, or the same row of the ledger, until the result
//! was delivered.

mod answer;
mod delivery;
mod desk;
mod jobs;
mod masks;
mod resources;
mod root;
mod server;
mod tools;

use crate::calls::session::Session;
use crate::exit::Failure;
use crate::interrupt::Interrupts;
use crate::output::{Format, Output};
use crate::runtime::block_on;
use clap::ArgMatches;
use delivery::Delivering;
use desk::Desk;
use rmcp::ServiceExt as _;
use rmcp::transport::async_rw::AsyncRwTransport;
use server::Server;
use std::rc::Rc;
use tokio::task::LocalSet;

/// Serves until stdin ends or a signal comes. stdout has the protocol and nothing else.
pub(crate) fn serve(matches: &ArgMatches) -> Result<(), Failure> {
    // Progress goes to the client, and no envelope or event to stdout, whatever the flags say.
    block_on(LocalSet::new().run_until(session(matches, Output::new(Format::Text, true, true))))?
}

async fn session(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let mut interrupts = Interrupts::listen()?;
    let session = Session::open(matches, output).await?;
    let stdio = AsyncRwTransport::new_server(tokio::io::stdin(), tokio::io::stdout());
    let (transport, delivered) = Delivering::new(stdio, session.halt.clone());
    let desk = Rc::new(Desk::new(session, matches, delivered)?);
    let server = Server::new(Rc::clone(&desk), transport.pending());
    let serving = async {
        match server.serve(transport).await {
            // A client that closes the connection without a message has ended the session.
            Ok(running) => drop(running.waiting().await),
            Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => {}
            Err(error) => return Err(Failure::failed(format!("the client does not speak MCP: {error}"))),
        }
        Ok(())
    };
    let outcome = tokio::select! {
        outcome = serving => outcome,
        () = interrupts.next() => Err(interrupts.failure("ended by a signal; what was bought is in the ledger")),
    };
    // Nothing is bought from here on. The id of a request that is on its way is noted; jobs at the service go on.
    desk.wind_up().await;
    outcome
}

//! One integration binary over the whole workspace: the generated code against the description, and every layer through
//! the sandbox on real sockets.

mod codegen;
mod description;
mod documentation;
mod guards;
mod round_trip;
mod surface;
mod wire;

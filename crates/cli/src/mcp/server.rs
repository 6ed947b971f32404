//! The server's methods, and which code answers each.

use super::answer::Reply;
use super::delivery::Pending;
use super::desk::{Call, Desk};
use super::{jobs, masks, resources, tools};
use crate::exit::Failure;
use ideogram_schema::ENDPOINTS;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, Implementation, ListToolsResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use std::rc::Rc;
use std::sync::PoisonError;

const INSTRUCTIONS: &str = "\
Each picture costs money; `price` in an answer says how much. A call that takes long answers with a job: look it up with \
`job_result`, or make the same call again: it is the same purchase until its result was delivered. `again: true` buys \
another one. Cancelling a call does not cancel the job; `job_cancel` does.";

/// The server.
pub(super) struct Server {
    desk: Rc<Desk>,
    pending: Pending,
}

impl Server {
    pub(super) fn new(desk: Rc<Desk>, pending: Pending) -> Self {
        Self { desk, pending }
    }

    async fn answer(&self, request: CallToolRequestParams, call: &Call<'_>) -> Option<Result<Reply, Failure>> {
        self.desk.note_delivered().await;
        let arguments = request.arguments.unwrap_or_default();
        let name = request.name.as_ref();
        if let Some(info) = ENDPOINTS.iter().copied().find(|info| info.verb == name) {
            return Some(Desk::buy(&self.desk, info, arguments, call).await);
        }
        if let Some(shape) = name.strip_prefix(tools::MASK) {
            return masks::answer(&self.desk, shape, &arguments);
        }
        jobs::answer(&self.desk, name, &arguments, call).await
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_resources().build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("ideogram", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult { tools: tools::all(), ..ListToolsResult::default() })
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let name = request.name.clone();
        let call = Call::new(&context);
        let Some(outcome) = self.answer(request, &call).await else {
            return Err(ErrorData::invalid_params(format!("there is no tool `{name}`"), None));
        };
        let reply = outcome.unwrap_or_else(|failure| Reply::of_failure(&failure));
        if let Some(row) = reply.row {
            self.pending.lock().unwrap_or_else(PoisonError::into_inner).insert(context.id.clone(), row);
        }
        Ok(reply.result.into())
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        resources::read(&self.desk, &request.uri)
            .map(Into::into)
            .map_err(|failure| ErrorData::resource_not_found(failure.message().to_owned(), None))
    }
}

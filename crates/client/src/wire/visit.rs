//! Endpoints that are known at run time only.

use crate::generated::glue::Callable;

/// What to do with an endpoint that is named by a text: see [`visit_endpoint`](crate::visit_endpoint).
///
/// ```
/// use ideogram_client::{Callable, EndpointVisitor, visit_endpoint};
///
/// struct CountInputs;
/// impl EndpointVisitor for CountInputs {
///     type Output = usize;
///     fn visit<E: Callable>(self) -> usize {
///         E::INFO.inputs.len()
///     }
/// }
///
/// assert_eq!(visit_endpoint("remix", CountInputs), visit_endpoint("fal-ai/ideogram/v2/turbo/remix", CountInputs));
/// assert_eq!(visit_endpoint("no/such/endpoint", CountInputs), None);
/// ```
pub trait EndpointVisitor {
    /// What the visit gives.
    type Output;
    /// Called once, with the endpoint as a type.
    fn visit<E: Callable>(self) -> Self::Output;
}

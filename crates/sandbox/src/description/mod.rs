//! The endpoints that a sandbox serves, each read from its own OpenAPI document.

mod read;
mod shape;

pub(crate) use read::InvalidDocument;
pub(crate) use shape::{Bounds, Component, Enumeration, Member, Model, Shape};

use crate::generated::DOCUMENTS;
use ideogram_schema::{ENDPOINTS, Price};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// One endpoint: its input and output, and what the platform says about it.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) app: String,
    /// Its name in the platform's list of models.
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) category: Option<String>,
    pub(crate) price: Option<Price>,
    /// The document as it is served.
    pub(crate) text: Cow<'static, str>,
    /// The schemas that have a name.
    pub(crate) components: BTreeMap<String, Component>,
    pub(crate) input: Model,
    pub(crate) output: Shape,
}

impl Endpoint {
    /// A schema by its name.
    pub(crate) fn component(&self, name: &str) -> Option<&Component> {
        self.components.get(name)
    }
}

/// The endpoints of the crate's own description.
static BUILT_IN: LazyLock<Vec<Arc<Endpoint>>> = LazyLock::new(|| {
    let read = |(_, text): &(&str, &'static str)| read::endpoint(Cow::Borrowed(*text)).ok().map(Arc::new);
    DOCUMENTS.iter().filter_map(read).collect()
});

/// Every endpoint of one sandbox.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints(Vec<Arc<Endpoint>>);

impl Endpoints {
    /// The crate's own endpoints and those of further documents; a document replaces an endpoint with the same id.
    ///
    /// # Errors
    /// [`InvalidDocument`] with the place in the document that cannot be read.
    pub(crate) fn with(documents: &[String]) -> Result<Self, InvalidDocument> {
        let mut endpoints = BUILT_IN.clone();
        for text in documents {
            let endpoint = Arc::new(read::endpoint(Cow::Owned(text.clone()))?);
            match endpoints.iter_mut().find(|known| known.id == endpoint.id) {
                Some(known) => *known = endpoint,
                None => endpoints.push(endpoint),
            }
        }
        Ok(Self(endpoints))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Endpoint>> {
        self.0.iter()
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Arc<Endpoint>> {
        self.0.iter().find(|endpoint| endpoint.id == id)
    }
}

/// The endpoint's row in the schema crate's table.
fn table(id: &str) -> Option<&'static ideogram_schema::EndpointInfo> {
    ENDPOINTS.iter().find(|info| info.id == id).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_of_the_description_is_read() {
        let endpoints = Endpoints::with(&[]).unwrap();
        let ids: Vec<&str> = endpoints.iter().map(|endpoint| endpoint.id.as_str()).collect();
        assert_eq!(ids, ENDPOINTS.iter().map(|info| info.id).collect::<Vec<_>>());
        for (endpoint, info) in endpoints.iter().zip(ENDPOINTS) {
            let names: Vec<&str> = endpoint.input.members.iter().map(|member| member.name.as_str()).collect();
            assert_eq!(names, info.inputs.iter().map(|field| field.name).collect::<Vec<_>>());
            assert_eq!(endpoint.price, info.price);
        }
    }
}

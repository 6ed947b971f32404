//! Prices and bills.

use super::pages::list;
use crate::call::operation::Operation;
use crate::error::{Error, ErrorKind, Result};
use crate::generated::platform;
use crate::wire::Wire;
use ideogram_schema::{BillingEvent, BillingPage, Endpoint, ListPrice, PricePage};

/// What the endpoint costs today.
pub(crate) async fn price<E: Endpoint>(wire: &Wire) -> Result<ListPrice> {
    let mut found = None;
    let ask = |platform: platform::Client, cursor: Option<String>| async move {
        platform.prices(cursor.as_deref(), E::ID).await
    };
    let items = |page: PricePage| (page.prices, None);
    list(wire, Operation::Price, ask, items, |price: ListPrice| {
        if price.endpoint_id == E::ID {
            found = Some(price);
        }
        found.is_none()
    })
    .await?;
    found.ok_or_else(|| Error::new(ErrorKind::Decode, "it has no such price").at(Operation::Price, Some(E::ID)))
}

/// What was charged for a request; empty when nothing was, or not yet.
pub(crate) async fn billed(wire: &Wire, request_id: &str) -> Result<Vec<BillingEvent>> {
    let mut events = Vec::new();
    let ask = |platform: platform::Client, cursor: Option<String>| async move {
        platform.billing_events(cursor.as_deref(), None, None, Some(request_id), None).await
    };
    let items = |page: BillingPage| (page.billing_events, page.next_cursor.filter(|cursor| !cursor.is_empty()));
    list(wire, Operation::Bill, ask, items, |event: BillingEvent| {
        if event.request_id == request_id {
            events.push(event);
        }
        events.len() < 1_000
    })
    .await?;
    Ok(events)
}

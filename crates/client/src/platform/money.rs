//! Prices and bills.

use crate::error::{Error, Kind, Result};
use crate::operation::Operation;
use crate::{Callable, Client};
use serde::Deserialize;

/// What an endpoint costs today.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct ListPrice {
    /// The endpoint.
    pub endpoint_id: String,
    /// What one unit costs, in the currency's own unit: 0.05 is five cents.
    pub unit_price: f64,
    /// What is counted, for example `image`.
    pub unit: String,
    /// ISO 4217, for example `USD`.
    pub currency: String,
}

/// What was charged for a request. Amounts are in dollars.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct BillingEvent {
    /// The request.
    pub request_id: String,
    /// Its endpoint.
    pub endpoint_id: String,
    /// When it was charged, ISO 8601.
    #[serde(default)]
    pub timestamp: Option<String>,
    /// Units that came out.
    #[serde(default)]
    pub output_units: Option<f64>,
    /// What one unit cost.
    #[serde(default)]
    pub unit_price: Option<f64>,
    /// The account's discount, per cent.
    #[serde(default)]
    pub percent_discount: Option<f64>,
    /// Before the discount.
    #[serde(default)]
    pub cost_subtotal: Option<f64>,
    /// The discount.
    #[serde(default)]
    pub cost_discount: Option<f64>,
    /// What is paid.
    #[serde(default)]
    pub cost_total: Option<f64>,
}

#[derive(Deserialize)]
struct Prices {
    prices: Vec<ListPrice>,
}

#[derive(Deserialize)]
struct Bills {
    billing_events: Vec<BillingEvent>,
    #[serde(default)]
    next_cursor: Option<String>,
}

impl Client {
    /// What the endpoint costs today, as the platform says. The price that the description has is in
    /// [`EndpointInfo::price`](crate::EndpointInfo::price), with no request.
    ///
    /// # Errors
    /// What HTTP has to offer.
    pub async fn price<E: Callable>(&self) -> Result<ListPrice> {
        let mut found = None;
        let items = |page: Prices| (page.prices, None);
        self.list(Operation::Price, "/models/pricing", &[("endpoint_id", E::ID)], items, |price: ListPrice| {
            if price.endpoint_id == E::ID {
                found = Some(price);
            }
            found.is_none()
        })
        .await?;
        found.ok_or_else(|| Error::new(Kind::Decode, "it has no such price").at(Operation::Price, Some(E::ID)))
    }

    /// What was charged for a request; empty when nothing was, or not yet. It needs a key with the right to see bills.
    ///
    /// # Errors
    /// [`is_auth`](Error::is_auth) without that right; else what HTTP has to offer.
    pub async fn billed(&self, request_id: &str) -> Result<Vec<BillingEvent>> {
        let mut events = Vec::new();
        let items = |page: Bills| (page.billing_events, page.next_cursor.filter(|cursor| !cursor.is_empty()));
        self.list(
            Operation::Bill,
            "/models/billing-events",
            &[("request_id", request_id)],
            items,
            |event: BillingEvent| {
                if event.request_id == request_id {
                    events.push(event);
                }
                events.len() < 1_000
            },
        )
        .await?;
        Ok(events)
    }
}

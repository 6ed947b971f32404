//! The price of a request according to the description, and a limit on the cost of several together.

use crate::envelope::CostRow;
use crate::exit::{ErrorKind, Failure};
use crate::price::{Usd, amount};
use ideogram_schema::{EndpointInfo, FieldKind, Price};
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex, PoisonError};

/// The currency of limits and of the ledger's amounts.
const CURRENCY: &str = "USD";

/// What is paid for, where the price of a request is known before it runs.
const UNIT: &str = "image";

/// The field that says how many pictures one request makes, where an endpoint has one.
const COUNT: &str = "num_images";

/// The list price of a request in millionths of a US dollar; `None` where the description has none, or one that depends on
/// the result.
pub(crate) fn cost(info: &EndpointInfo, input: &Map<String, Value>) -> Option<u64> {
    let Price { micros, .. } = info.price.filter(|price| (price.currency, price.unit) == (CURRENCY, UNIT))?;
    let count = match info.input(COUNT).filter(|field| matches!(field.kind, FieldKind::Integer(_))) {
        None => 1,
        Some(field) => match (input.get(COUNT), field.default) {
            (Some(count), _) => count.as_u64()?,
            (None, Some(default)) => default.parse().ok()?,
            (None, None) => 1,
        },
    };
    micros.checked_mul(count)
}

/// The same as the envelope has it.
pub(crate) fn cost_row(info: &EndpointInfo, input: &Map<String, Value>) -> Option<CostRow> {
    cost(info, input).map(|micros| CostRow { amount: amount(micros), currency: CURRENCY })
}

/// An amount of the ledger's as the envelope has it.
pub(crate) fn usd_row(micros: u64) -> CostRow {
    CostRow { amount: amount(micros), currency: CURRENCY }
}

/// What requests may cost together. Clones share it.
///
/// A request is counted before it is sent, and taken off again only where it is certain that nothing is billed: what is not
/// known counts as spent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Budget {
    limit: Option<Usd>,
    /// In millionths of a US dollar.
    spent: Arc<Mutex<u64>>,
}

impl Budget {
    /// At most so much; `None` is no limit.
    pub(crate) fn new(limit: Option<Usd>) -> Self {
        Self { limit, spent: Arc::default() }
    }

    /// Counts a request that is about to be sent, or refuses it.
    pub(crate) fn reserve(&self, info: &EndpointInfo, input: &Map<String, Value>) -> Result<(), Failure> {
        let cost = cost(info, input);
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Usd(limit)) = self.limit else {
            *spent = spent.saturating_add(cost.unwrap_or_default());
            return Ok(());
        };
        let cost = cost.ok_or_else(|| unknown(info))?;
        let total = spent.saturating_add(cost);
        if total > limit {
            let before = if *spent == 0 { String::new() } else { format!(" more, after ${}", amount(*spent)) };
            let what = format!(
                "that costs ${}{before}, and `--max-cost` allows ${}; it was not sent",
                amount(cost),
                amount(limit)
            );
            return Err(Failure::new(ErrorKind::Cost, what));
        }
        *spent = total;
        Ok(())
    }

    /// What is counted, in millionths of a US dollar, as far as prices are known.
    pub(crate) fn spent(&self) -> u64 {
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses requests of which not all fit; nothing is counted yet.
    pub(crate) fn allows(&self, info: &EndpointInfo, inputs: &[Map<String, Value>]) -> Result<(), Failure> {
        let Some(Usd(limit)) = self.limit else { return Ok(()) };
        let total = inputs.iter().try_fold(0_u64, |total, input| total.checked_add(cost(info, input)?));
        let total = total.ok_or_else(|| unknown(info))?;
        let spent = self.spent();
        if spent.saturating_add(total) > limit {
            let cost = match inputs.len() {
                1 => format!("that costs ${}", amount(total)),
                count => format!("{count} pictures cost ${}", amount(total)),
            };
            let what = format!("{cost}, and `--max-cost` allows ${}; nothing was sent", amount(limit));
            return Err(Failure::new(ErrorKind::Cost, what));
        }
        Ok(())
    }

    /// Takes a request off again, of which it is certain that nothing is billed.
    pub(crate) fn give_back(&self, info: &EndpointInfo, input: &Map<String, Value>) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        *spent = spent.saturating_sub(cost(info, input).unwrap_or_default());
    }
}

fn unknown(info: &EndpointInfo) -> Failure {
    let what = format!(
        "what a request to `{}` costs is not known beforehand, so `--max-cost` cannot be kept; nothing was sent",
        info.id
    );
    Failure::new(ErrorKind::Cost, what)
}

#[cfg(test)]
mod tests {
    use super::{Budget, cost};
    use crate::exit::ErrorKind;
    use crate::price::Usd;
    use ideogram_schema::{Bounds, ENDPOINTS, EndpointInfo, Field, FieldKind, Price};
    use serde_json::{Map, json};

    fn endpoint(price: Option<Price>, inputs: &'static [Field]) -> EndpointInfo {
        let mut info = *ENDPOINTS[0];
        (info.price, info.inputs) = (price, inputs);
        info
    }

    #[test]
    fn the_price_is_that_of_every_picture_that_a_request_makes() {
        const COUNT: &[Field] = &[Field::new("num_images", FieldKind::Integer(Bounds::NONE))];
        let five = Some(Price::new(50_000, "USD", "image"));
        let (none, three) = (Map::new(), Map::from_iter([("num_images".to_owned(), json!(3))]));
        assert_eq!(cost(&endpoint(five, &[]), &none), Some(50_000));
        assert_eq!(cost(&endpoint(five, COUNT), &none), Some(50_000));
        assert_eq!(cost(&endpoint(five, COUNT), &three), Some(150_000));
        let odd = Map::from_iter([("num_images".to_owned(), json!(-1))]);
        assert_eq!(cost(&endpoint(five, COUNT), &odd), None);
        for unknown in [None, Some(Price::new(1, "EUR", "image")), Some(Price::new(1, "USD", "megapixel"))] {
            assert_eq!(cost(&endpoint(unknown, &[]), &none), None, "{unknown:?}");
        }
    }

    #[test]
    fn clones_share_one_limit_and_what_is_unknown_stays_spent() {
        let (info, input) = (endpoint(Some(Price::new(50_000, "USD", "image")), &[]), Map::new());
        let budget = Budget::new(Some(Usd(100_000)));
        let other = budget.clone();
        assert!(budget.reserve(&info, &input).is_ok() && other.reserve(&info, &input).is_ok());
        let refused = budget.reserve(&info, &input).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Cost);
        assert_eq!(
            refused.message(),
            "that costs $0.05 more, after $0.10, and `--max-cost` allows $0.10; it was not sent"
        );
        other.give_back(&info, &input);
        assert!(budget.reserve(&info, &input).is_ok());
        assert!(budget.reserve(&info, &input).is_err());
    }

    #[test]
    fn several_requests_are_allowed_only_where_all_of_them_fit() {
        let (info, inputs) = (endpoint(Some(Price::new(50_000, "USD", "image")), &[]), vec![Map::new(); 3]);
        let allows = |limit, count| Budget::new(Some(Usd(limit))).allows(&info, &inputs[..count]);
        assert!(allows(150_000, 3).is_ok(), "to the last cent");
        let refused = allows(149_999, 3).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Cost);
        assert_eq!(refused.message(), "3 pictures cost $0.15, and `--max-cost` allows $0.149999; nothing was sent");
        assert!(allows(150_000, 2).is_ok() && Budget::default().allows(&info, &inputs).is_ok());
        let budget = Budget::new(Some(Usd(150_000)));
        budget.reserve(&info, &inputs[0]).unwrap();
        assert!(budget.allows(&info, &inputs[..2]).is_ok());
        assert!(budget.allows(&info, &inputs).is_err(), "what is spent counts");
        assert_eq!(budget.spent(), 50_000, "to ask costs nothing");
        let unknown = endpoint(None, &[]);
        assert!(Budget::new(Some(Usd(u64::MAX))).allows(&unknown, &inputs[..1]).is_err());
    }

    #[test]
    fn an_endpoint_without_a_price_has_no_place_under_a_limit() {
        let (info, input) = (endpoint(None, &[]), Map::new());
        let unbounded = Budget::default();
        let priced = endpoint(Some(Price::new(50_000, "USD", "image")), &[]);
        assert!(unbounded.reserve(&info, &input).is_ok() && unbounded.reserve(&priced, &input).is_ok());
        assert_eq!(unbounded.spent(), 50_000);
        let refused = Budget::new(Some(Usd(u64::MAX))).reserve(&info, &input).unwrap_err();
        assert!(refused.message().contains("not known beforehand"), "{refused}");
    }
}

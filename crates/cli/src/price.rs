//! Prices as people read them.

use ideogram_schema::Price;

/// `$0.05 per image`.
pub(crate) fn price(price: &Price) -> String {
    let amount = amount(price.micros);
    match price.currency {
        "USD" => format!("${amount} per {}", price.unit),
        other => format!("{amount} {other} per {}", price.unit),
    }
}

/// Millionths as a decimal number with at least two places: `0.05`, `0.0035`.
pub(crate) fn amount(micros: u64) -> String {
    let digits = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    let places = digits.trim_end_matches('0').len().max(digits.len() - 4);
    digits.get(..places).unwrap_or(&digits).to_owned()
}

#[cfg(test)]
mod tests {
    use super::amount;

    #[test]
    fn an_amount_keeps_its_cents_and_its_fractions() {
        assert_eq!([amount(50_000), amount(3_500), amount(1_000_000), amount(0)], ["0.05", "0.0035", "1.00", "0.00"]);
    }
}

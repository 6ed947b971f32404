//! Prices as people write them.

use ideogram_schema::Price;
use std::str::FromStr;

/// An amount in millionths of a US dollar, read from `0.25` or `$0.25`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Usd(pub(crate) u64);

impl FromStr for Usd {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "it must be dollars, such as `0.25`";
        let digits = text.strip_prefix('$').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |text: &str| text.chars().all(|character| character.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !is_number(whole) || !is_number(fraction) || fraction.len() > 6
        {
            return Err(WRONG);
        }
        let number = |text: &str| if text.is_empty() { Ok(0) } else { text.parse::<u64>().map_err(|_| WRONG) };
        let micros = number(&format!("{fraction:0<6}"))?;
        number(whole)?.checked_mul(1_000_000).and_then(|whole| whole.checked_add(micros)).map(Self).ok_or(WRONG)
    }
}

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
    use super::{Usd, amount, price};
    use ideogram_schema::Price;

    #[test]
    fn an_amount_is_read_to_the_millionth_and_nothing_else_is_one() {
        for (text, micros) in [("0.25", 250_000), ("$1", 1_000_000), (".05", 50_000), ("0", 0), ("2.000001", 2_000_001)]
        {
            assert_eq!(text.parse(), Ok(Usd(micros)), "{text}");
        }
        for wrong in
            ["", "$", ".", "-1", "+1", "1e3", "0.0000001", "NaN", "1,5", "99999999999999999999", "18446744073710"]
        {
            assert!(wrong.parse::<Usd>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_price_names_its_unit_and_a_foreign_currency() {
        assert_eq!(price(&Price::new(50_000, "USD", "image")), "$0.05 per image");
        assert_eq!(price(&Price::new(3_500, "EUR", "megapixel")), "0.0035 EUR per megapixel");
    }

    #[test]
    fn an_amount_keeps_its_cents_and_its_fractions() {
        assert_eq!([amount(50_000), amount(3_500), amount(1_000_000), amount(0)], ["0.05", "0.0035", "1.00", "0.00"]);
    }
}

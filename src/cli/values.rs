//! How values on the command line are read: sizes, spans of time, and `default`.

use std::time::Duration;

use crate::settings::{DeliveryName, parse_size};

/// A limit as it is given for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit<T> {
    /// The gateway's setting holds.
    Gateway,
    /// The account has its own.
    Own(T),
}

impl<T> Limit<T> {
    /// The account's own limit, if it has one.
    pub fn own(self) -> Option<T> {
        match self {
            Self::Gateway => None,
            Self::Own(value) => Some(value),
        }
    }
}

/// Reads `default`, or a value.
pub(super) fn or_default<T>(
    value: fn(&str) -> Result<T, String>,
) -> impl Fn(&str) -> Result<Limit<T>, String> + Clone + Send + Sync + 'static
where
    T: 'static,
{
    move |text| match text {
        "default" => Ok(Limit::Gateway),
        _ => value(text).map(Limit::Own),
    }
}

/// A number of bytes, with or without a binary unit: `3MiB`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    parse_size(text)
        .filter(|bytes| (1..=1 << 50).contains(bytes))
        .ok_or_else(|| SIZES.to_owned())
}

const SIZES: &str = "allowed are sizes above 0, as in 65536, 64KiB, 3MiB, 1GiB";

/// The name of a delivery.
pub(super) fn delivery(text: &str) -> Result<DeliveryName, String> {
    DeliveryName::parse(text).ok_or_else(|| "allowed are spool, hylafax and webhook".to_owned())
}

/// A number of open sessions.
pub(super) fn count(text: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|count| *count <= 1_000_000)
        .ok_or_else(|| "allowed are numbers from 0 to 1000000".to_owned())
}

/// A span of whole seconds: `90s`, `2h`.
pub(super) fn seconds(text: &str) -> Result<u32, String> {
    let month = Duration::from_hours(24 * 30);
    humantime::parse_duration(text)
        .ok()
        .filter(|span| (Duration::from_secs(1)..=month).contains(span))
        .and_then(|span| u32::try_from(span.as_secs()).ok())
        .ok_or_else(|| "allowed are times from 1s to 30d, as in 90s, 2h, 1d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Limit, count, or_default, seconds, size};

    #[test]
    fn sizes_have_binary_units() {
        assert_eq!(size("65536"), Ok(65_536));
        assert_eq!(size("3MiB"), Ok(3 << 20));
        for refused in ["", "0", "3MB", "-1", "99999999TiB", "MiB"] {
            assert!(size(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn spans_are_bounded() {
        assert_eq!(seconds("2h"), Ok(7200));
        for refused in ["0s", "500ms", "31d", "2"] {
            assert!(seconds(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_limit_can_be_given_back() {
        assert_eq!(or_default(count)("default"), Ok(Limit::Gateway));
        assert_eq!(or_default(count)("12"), Ok(Limit::Own(12)));
        assert!(or_default(count)("none").is_err());
    }
}

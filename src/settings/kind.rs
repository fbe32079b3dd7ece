//! Kinds of values: how the text of a setting is read, and what its error says is allowed.

use std::{
    fmt::Display,
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
    thread,
    time::Duration,
};

use ipnet::IpNet;
use tracing::Level;

use super::{DeliveryName, LogFormat, Secret, TestFormAccess};

type Parse<T> = Box<dyn Fn(&str) -> Option<T>>;

/// How to read one setting from its text.
pub(super) struct Kind<T> {
    /// Ends the sentence "allowed: ...".
    pub allowed: String,
    /// Gives `None` for a text outside of what is allowed.
    pub parse: Parse<T>,
    /// The part of a refused text that is to blame, if it is not the whole.
    pub wrong_part: fn(&str) -> Option<&str>,
    /// The text must never be shown.
    pub secret: bool,
    /// How the value is written in the configuration file.
    pub form: Form,
}

/// How a value is written in the configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// In quotes.
    Text,
    /// As it is: a number, `true`, `false`.
    Bare,
    /// In brackets.
    List,
}

fn text_kind<T>(
    allowed: impl Into<String>,
    parse: impl Fn(&str) -> Option<T> + 'static,
) -> Kind<T> {
    Kind {
        allowed: allowed.into(),
        parse: Box::new(parse),
        wrong_part: |_| None,
        secret: false,
        form: Form::Text,
    }
}

/// Any text, the empty one included.
pub(super) fn any_text() -> Kind<String> {
    text_kind("any text", |text| Some(text.to_owned()))
}

/// A path in the file system.
pub(super) fn path() -> Kind<PathBuf> {
    text_kind("a path", |text| {
        (!text.is_empty()).then(|| PathBuf::from(text))
    })
}

/// The path of an address on a server: `/dfs.asmx`.
pub(super) fn url_path() -> Kind<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
    text_kind(
        "a path that begins with `/`, of letters, digits and `/-._~`, and is not `/` or `/healthz`",
        move |text| {
            let taken = text.eq_ignore_ascii_case("/healthz");
            (text.len() > 1 && text.starts_with('/') && text.chars().all(plain) && !taken)
                .then(|| text.to_owned())
        },
    )
}

/// The address under which clients reach the gateway.
pub(super) fn public_url() -> Kind<String> {
    text_kind(
        "`http://host` or `https://host`, with a port if it needs one, without a path",
        |text| {
            let text = text.strip_suffix('/').unwrap_or(text);
            let host = ["http://", "https://"]
                .iter()
                .find_map(|scheme| text.strip_prefix(scheme))?;
            let plain = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
            (!host.is_empty() && host.chars().all(plain)).then(|| text.to_owned())
        },
    )
}

/// Where a Postgres server is, and the credentials for it: an address or libpq's `host=...` form.
///
/// Only the form is looked at: what the options mean is the business of the one who connects.
pub(super) fn database_url() -> Kind<Secret> {
    let plausible = |text: &str| {
        let address = ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        address
            || text
                .split_whitespace()
                .any(|option| option.starts_with("host="))
    };
    Kind {
        secret: true,
        ..text_kind(
            "an address as in `postgres://user:password@host:5432/name`",
            move |text| plausible(text).then(|| Secret::new(text)),
        )
    }
}

/// A text of at least one character, without control characters or blanks.
pub(super) fn plain_text() -> Kind<String> {
    text_kind("a text without blanks or control characters", |text| {
        let plain = |c: char| c.is_ascii_graphic() && c != '"';
        (!text.is_empty() && text.chars().all(plain)).then(|| text.to_owned())
    })
}

/// A password.
pub(super) fn secret() -> Kind<Secret> {
    Kind {
        secret: true,
        ..text_kind("any text without control characters", |text| {
            let plain = !text.chars().any(char::is_control);
            (plain && !text.is_empty()).then(|| Secret::new(text))
        })
    }
}

/// A secret that nobody guesses.
pub(super) fn long_secret() -> Kind<Secret> {
    Kind {
        secret: true,
        ..text_kind(
            "at least 32 characters, as `openssl rand -hex 32` makes them",
            |text| (text.chars().count() >= 32).then(|| Secret::new(text)),
        )
    }
}

/// A host, with or without a port.
pub(super) fn host_and_port() -> Kind<String> {
    text_kind(
        "a host, or a host and a port, as in `fax.example.com`, `192.0.2.7:4559` or `[::1]:4559`",
        |text| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
            let port = match text.rsplit_once(':') {
                Some((host, port)) if !host.contains(':') || host.ends_with(']') => Some(port),
                Some(_) | None => None,
            };
            let port_is_one = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|it| it > 0));
            (!text.is_empty() && text.chars().all(plain) && port_is_one).then(|| text.to_owned())
        },
    )
}

/// The address of a web service.
pub(super) fn web_address() -> Kind<String> {
    text_kind(
        "an address as in `https://host/path`, without a user, a password or a fragment",
        |text| {
            let rest = ["http://", "https://"]
                .iter()
                .find_map(|scheme| text.strip_prefix(scheme))?;
            let (host, _) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
            let plain = text.chars().all(|c| c.is_ascii_graphic()) && !text.contains('#');
            (plain && !host.is_empty() && !host.contains('@')).then(|| text.to_owned())
        },
    )
}

/// An IP address and a port.
pub(super) fn address() -> Kind<SocketAddr> {
    text_kind(
        "an IP address and a port, as in `127.0.0.1:8080` or `[::]:8080`",
        |text| text.parse().ok(),
    )
}

/// Networks; a lone address is the network of only itself.
pub(super) fn networks() -> Kind<Vec<IpNet>> {
    Kind {
        form: Form::List,
        wrong_part: |text| entries(text).find(|entry| network(entry).is_none()),
        ..text_kind(
            "networks or addresses separated by commas, as in `10.0.0.0/8, 192.0.2.7`",
            |text| entries(text).map(network).collect(),
        )
    }
}

fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

fn network(text: &str) -> Option<IpNet> {
    let alone = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse().ok().or_else(alone)
}

/// Names of hosts, in lower case.
pub(super) fn host_names() -> Kind<Vec<String>> {
    fn is_name(text: &str) -> bool {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    }
    Kind {
        form: Form::List,
        wrong_part: |text| entries(text).find(|entry| !is_name(entry)),
        ..text_kind(
            "names without ports separated by commas, as in `gateway, chunkgate.example.com`",
            |text| {
                let names: Vec<String> = entries(text).map(str::to_ascii_lowercase).collect();
                names.iter().all(|name| is_name(name)).then_some(names)
            },
        )
    }
}

/// Types of documents, in upper case.
pub(super) fn file_types() -> Kind<Vec<String>> {
    let is_type = |text: &str| {
        (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    Kind {
        form: Form::List,
        ..text_kind(
            "one or more types of up to 16 letters and digits, separated by commas, as in `PDF, TIF`",
            move |text| {
                let types: Vec<String> = entries(text).map(str::to_ascii_uppercase).collect();
                let are_types = !types.is_empty() && types.iter().all(|text| is_type(text));
                are_types.then_some(types)
            },
        )
    }
}

/// `true` or `false`.
pub(super) fn flag() -> Kind<bool> {
    Kind {
        form: Form::Bare,
        ..text_kind("`true` or `false`", |text| text.parse().ok())
    }
}

/// A whole number within bounds.
pub(super) fn number<T>(bounds: RangeInclusive<u32>) -> Kind<T>
where
    T: TryFrom<u32>,
{
    Kind {
        form: Form::Bare,
        ..text_kind(between(bounds.start(), bounds.end(), "a whole number"), {
            move |text| {
                let number = text.parse().ok().filter(|number| bounds.contains(number))?;
                T::try_from(number).ok()
            }
        })
    }
}

/// A number of threads, or `cores`: as many as the machine lets this process use.
pub(super) fn threads(bounds: RangeInclusive<u32>) -> Kind<usize> {
    let number = number::<usize>(bounds.clone());
    text_kind(format!("`cores`, or {}", number.allowed), move |text| {
        if text == "cores" {
            let cores = thread::available_parallelism().map_or(1, usize::from);
            return Some(cores.min(usize::try_from(*bounds.end()).ok()?));
        }
        (number.parse)(text)
    })
}

/// A number of bytes, from `smallest` to `largest`, which are sizes themselves (`8KiB`).
pub(super) fn size<T>(smallest: &'static str, largest: &'static str) -> Kind<T>
where
    T: TryFrom<u64>,
{
    let bounds = parse_size(smallest)..=parse_size(largest);
    text_kind(
        between(
            &smallest,
            &largest,
            "a size (`65536`, `64KiB`, `10MiB`, `1GiB`)",
        ),
        move |text| {
            let bytes = parse_size(text).filter(|bytes| bounds.contains(&Some(*bytes)))?;
            T::try_from(bytes).ok()
        },
    )
}

/// Bytes from a number and an optional binary unit: `65536`, `3MiB`.
pub fn parse_size(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit: u64 = match text[digits.len()..].trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// A span of time, from `shortest` to `longest`, which are spans themselves (`90s`).
pub(super) fn duration(shortest: &'static str, longest: &'static str) -> Kind<Duration> {
    let parse = |text: &str| humantime::parse_duration(text).ok();
    let bounds = parse(shortest)..=parse(longest);
    text_kind(
        between(
            &shortest,
            &longest,
            "a span of time (`500ms`, `90s`, `5min`, `2h`, `30d`)",
        ),
        move |text| parse(text).filter(|span| bounds.contains(&Some(*span))),
    )
}

/// The form of log lines.
pub(super) fn log_format() -> Kind<LogFormat> {
    text_kind("`text` or `json`", |text| match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    })
}

/// A delivery.
pub(super) fn delivery() -> Kind<DeliveryName> {
    text_kind("`spool`, `hylafax` or `webhook`", DeliveryName::parse)
}

/// Who may try operations on the help page.
pub(super) fn test_form() -> Kind<TestFormAccess> {
    text_kind("`local`, `always` or `never`", |text| match text {
        "local" => Some(TestFormAccess::Local),
        "always" => Some(TestFormAccess::Always),
        "never" => Some(TestFormAccess::Never),
        _ => None,
    })
}

/// The least level that is logged.
pub(super) fn level() -> Kind<Level> {
    text_kind(
        "`error`, `warn`, `info`, `debug` or `trace`",
        |text| match text {
            "error" => Some(Level::ERROR),
            "warn" => Some(Level::WARN),
            "info" => Some(Level::INFO),
            "debug" => Some(Level::DEBUG),
            "trace" => Some(Level::TRACE),
            _ => None,
        },
    )
}

/// Lets a setting be empty, which means that it is not set.
pub(super) fn optional<T: 'static>(kind: Kind<T>) -> Kind<Option<T>> {
    let parse = kind.parse;
    Kind {
        allowed: format!("{}, or nothing", kind.allowed),
        parse: Box::new(move |text| {
            if text.is_empty() {
                return Some(None);
            }
            parse(text).map(Some)
        }),
        wrong_part: kind.wrong_part,
        secret: kind.secret,
        form: kind.form,
    }
}

fn between<B: Display>(least: &B, most: &B, what: &str) -> String {
    format!("{what} from {least} to {most}")
}

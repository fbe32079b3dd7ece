use std::{collections::BTreeSet, time::Duration};

use chunkgate::{
    content::Usage,
    fax::item::TransactionState,
    telemetry::metrics::{self, Answer, HandOver, Metrics, PoolUsage, Refusal, names},
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

const MOMENT: Duration = Duration::from_millis(3);

/// Records everything that can be recorded, once.
fn record_everything() {
    metrics::operation("demo", "Store", Answer::Result(0), MOMENT, 200_000);
    metrics::upload_error("chunk_too_large");
    metrics::refused(Refusal::InFlight);
    metrics::handshake(true);
    metrics::certificate_read(true);
    metrics::certificate_expires(time::OffsetDateTime::UNIX_EPOCH);
    metrics::in_flight(3);
    metrics::body_memory(8192);
    metrics::open_sessions(7);
    metrics::expired_sessions(1);
    metrics::repeated_chunk();
    metrics::commit_group(8, MOMENT);
    metrics::sync_group(4, MOMENT);
    metrics::content_usage(&Usage {
        segments: 2,
        ready_segments: 1,
        allocated_bytes: 3 << 26,
        free_bytes: 1 << 40,
    });
    metrics::dead_bytes(5);
    metrics::fax_outbox("demo", TransactionState::Waiting, 3, MOMENT);
    metrics::fax_delivery_up("demo", true);
    metrics::fax_hand_over("demo", HandOver::Accepted);
    metrics::fax_ended("demo", TransactionState::Sent);
    metrics::fax_error("no_recipient");
    metrics::reclaimed_segments(1);
    metrics::poisoned_segment();
    metrics::pool(PoolUsage {
        busy: 1,
        idle: 15,
        waiting: 0,
    });
    metrics::clock_jump(metrics::Clock::Database);
    metrics::clock_held_back(7.0);
    metrics::database_up(true);
}

/// A line of the text: `name{label="value",...} number`.
struct Series {
    name: String,
    labels: Vec<(String, String)>,
}

fn scrape() -> (String, Vec<Series>) {
    let text = Metrics::install().render();
    let series = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(parse)
        .collect();
    (text, series)
}

fn parse(line: &str) -> Series {
    let (series, _number) = line.rsplit_once(' ').unwrap();
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let labels = labels
        .trim_end_matches('}')
        .split_terminator(',')
        .map(|label| label.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()))
        .collect();
    Series {
        name: name.to_owned(),
        labels,
    }
}

/// The metric a series belongs to: a histogram has series of three endings.
fn metric_of(series: &Series) -> names::Metric {
    let named = |name: &str| {
        names::ALL
            .iter()
            .find(|metric| metric.name == name)
            .copied()
    };
    ["_bucket", "_sum", "_count"]
        .iter()
        .find_map(|ending| named(series.name.strip_suffix(ending)?))
        .or_else(|| named(&series.name))
        .unwrap_or_else(|| panic!("{} is not declared", series.name))
}

#[test]
fn every_declared_metric_is_scraped_with_its_kind_and_help() {
    Metrics::install();
    record_everything();
    let (text, _) = scrape();
    for metric in names::ALL {
        let kind = match metric.kind {
            names::Kind::Counter => "counter",
            names::Kind::Gauge => "gauge",
            names::Kind::Histogram(_) => "histogram",
        };
        let help = format!("# HELP {} {}\n", metric.name, metric.help);
        let kind = format!("# TYPE {} {kind}\n", metric.name);
        assert!(text.contains(&help), "no `{help}` in\n{text}");
        assert!(text.contains(&kind), "no `{kind}` in\n{text}");
    }
}

#[test]
fn every_scraped_series_has_exactly_the_declared_labels() {
    Metrics::install();
    record_everything();
    for series in scrape().1 {
        let declared: BTreeSet<_> = metric_of(&series).labels.iter().copied().collect();
        let found = series.labels.iter().map(|(name, _)| name.as_str());
        let found: BTreeSet<_> = found.filter(|name| *name != "le").collect();
        assert_eq!(found, declared, "labels of {}", series.name);
    }
}

#[test]
fn names_and_units_follow_the_conventions_of_prometheus() {
    let mut seen = BTreeSet::new();
    for metric in names::ALL {
        let name = metric.name;
        assert!(seen.insert(name), "{name} is declared twice");
        assert!(name.starts_with("chunkgate_"), "{name}");
        let counts = matches!(metric.kind, names::Kind::Counter);
        assert_eq!(name.ends_with("_total"), counts, "{name}");
        let base = name.trim_end_matches("_total");
        let unit = metric.unit.as_str();
        let carries_unit = matches!(unit, "seconds" | "bytes");
        assert!(
            !carries_unit || base.ends_with(unit),
            "{name} counts {unit}"
        );
    }
}

#[tokio::test]
async fn upkeep_ends_when_the_gateway_stops() {
    let stop = CancellationToken::new();
    let upkeep = tokio::spawn(Metrics::install().upkeep(stop.clone()));
    stop.cancel();
    let ended = timeout(Duration::from_secs(10), upkeep).await;
    ended.expect("ends at once").unwrap();
}

#[test]
fn codes_are_numbers_and_series_do_not_grow_with_totals() {
    Metrics::install();
    for total in 0..1000 {
        metrics::operation(
            "totals",
            "Store",
            Answer::Result(total * 200_000),
            MOMENT,
            1,
        );
    }
    metrics::operation("totals", "Store", Answer::Result(-1062), MOMENT, 1);
    metrics::operation("totals", "Store", Answer::Fault(400), MOMENT, 1);
    let (_, series) = scrape();
    let codes: Vec<_> = series
        .iter()
        .filter(|series| series.name == names::OPERATIONS.name)
        .filter(|series| {
            series
                .labels
                .contains(&("protocol".into(), "totals".into()))
        })
        .flat_map(|series| &series.labels)
        .filter(|(name, _)| name == "code")
        .map(|(_, code)| code.parse::<i64>().expect("a code is a number"))
        .collect();
    let distinct: BTreeSet<_> = codes.iter().copied().collect();
    assert_eq!(codes.len(), 3, "{codes:?}");
    assert_eq!(distinct, BTreeSet::from([-1062, 0, 400]));
}

//! Values that are only allowed beside one another.

use super::{DeliveryName, Effective, Problem, Settings};

/// What a body keeps even when `http.body_memory` is used up, in bytes.
const BODY_LEAST: usize = 8 << 10;
/// To what one body's buffer may grow, in bytes.
const BODY_MOST: usize = 256 << 10;
/// What an envelope may need beside its chunk, in bytes.
const ENVELOPE: usize = 64 << 10;

/// Every broken relation between the settings.
pub(super) fn check(settings: &Settings, effective: &[Effective]) -> Vec<Problem> {
    let Settings {
        pool,
        http,
        content,
        session,
        ..
    } = settings;
    let mut broken = Broken {
        effective,
        problems: Vec::new(),
    };

    // A statement can outlive the gateway that sent it, and may still name a segment's extents.
    broken.unless(
        content.recycle_after > pool.statement_timeout,
        "content.recycle_after",
        format!(
            "more than pool.statement_timeout ({})",
            broken.text("pool.statement_timeout")
        ),
    );
    broken.unless(
        pool.lock_timeout <= pool.statement_timeout,
        "pool.lock_timeout",
        format!(
            "at most pool.statement_timeout ({})",
            broken.text("pool.statement_timeout")
        ),
    );
    // Base64 makes four bytes of three.
    let largest_chunk = (http.max_body / 4 * 3).saturating_sub(ENVELOPE);
    broken.unless(
        session.max_chunk <= largest_chunk,
        "session.max_chunk",
        format!(
            "at most {largest_chunk} bytes: three quarters of http.max_body ({}), less {ENVELOPE} bytes for the envelope",
            broken.text("http.max_body")
        ),
    );
    broken.unless(
        session.max_total >= session.max_chunk as u64,
        "session.max_total",
        format!(
            "at least session.max_chunk ({})",
            broken.text("session.max_chunk")
        ),
    );
    broken.unless(
        session.sweep_interval <= session.timeout,
        "session.sweep_interval",
        format!(
            "at most session.timeout ({})",
            broken.text("session.timeout")
        ),
    );
    broken.unless(
        session.undelete <= session.retention,
        "session.undelete",
        format!(
            "at most session.retention ({})",
            broken.text("session.retention")
        ),
    );
    let least_memory = http.max_in_flight * BODY_LEAST + BODY_MOST;
    broken.unless(
        http.body_memory >= least_memory,
        "http.body_memory",
        format!(
            "at least {least_memory} bytes: {BODY_LEAST} for each of http.max_in_flight ({}), and {BODY_MOST}",
            broken.text("http.max_in_flight")
        ),
    );
    broken.unless(
        http.min_rate_grace <= http.body_timeout,
        "http.min_rate_grace",
        format!(
            "at most http.body_timeout ({})",
            broken.text("http.body_timeout")
        ),
    );
    // An address that holds less than one chunk could never send its SessionID last.
    broken.unless(
        content.unproven_per_address >= session.max_chunk as u64,
        "content.unproven_per_address",
        format!(
            "at least session.max_chunk ({})",
            broken.text("session.max_chunk")
        ),
    );
    broken.unless(
        content.unproven_total >= content.unproven_per_address,
        "content.unproven_total",
        format!(
            "at least content.unproven_per_address ({})",
            broken.text("content.unproven_per_address")
        ),
    );
    check_faxes(settings, &mut broken);
    check_deliveries(settings, &mut broken);
    check_ports(settings, &mut broken);
    broken.problems
}

/// What is kept of faxes outlives what is done with them.
fn check_faxes(settings: &Settings, broken: &mut Broken<'_>) {
    let Settings { fax, pool, .. } = settings;
    broken.unless(
        fax.retries <= fax.max_retries,
        "fax.retries",
        format!(
            "at most fax.max_retries ({})",
            broken.text("fax.max_retries")
        ),
    );
    // A hand-over may take half of the lease, and a statement has to write down how it went.
    broken.unless(
        fax.lease / 2 > pool.statement_timeout,
        "fax.lease",
        format!(
            "more than twice pool.statement_timeout ({})",
            broken.text("pool.statement_timeout")
        ),
    );
    broken.unless(
        fax.retention >= fax.keep_dead_letters,
        "fax.retention",
        format!(
            "at least fax.keep_dead_letters ({})",
            broken.text("fax.keep_dead_letters")
        ),
    );
    broken.unless(
        fax.retention >= fax.keep_documents,
        "fax.retention",
        format!(
            "at least fax.keep_documents ({})",
            broken.text("fax.keep_documents")
        ),
    );
}

/// A delivery that is used is set up.
fn check_deliveries(settings: &Settings, broken: &mut Broken<'_>) {
    let Settings {
        fax,
        hylafax,
        webhook,
        ..
    } = settings;
    broken.unless(
        fax.delivery != DeliveryName::Hylafax || hylafax.server.is_some(),
        "hylafax.server",
        "the host of the HylaFAX server by which fax.delivery lets faxes leave".to_owned(),
    );
    broken.unless(
        hylafax.kill_after < fax.outcome_within,
        "hylafax.kill_after",
        format!(
            "less than fax.outcome_within ({})",
            broken.text("fax.outcome_within")
        ),
    );
    broken.unless(
        fax.delivery != DeliveryName::Webhook || webhook.url.is_some(),
        "webhook.url",
        "the address of the service by which fax.delivery lets faxes leave".to_owned(),
    );
    broken.unless(
        webhook.url.is_none() || webhook.secret.is_some(),
        "webhook.secret",
        "the secret with which requests to webhook.url are signed".to_owned(),
    );
    for (key, address) in [
        ("webhook.url", &webhook.url),
        ("webhook.cancel_url", &webhook.cancel_url),
    ] {
        broken.unless(
            webhook.allow_private || address.as_ref().is_none_or(|it| it.starts_with("https://")),
            key,
            "an address that begins with https://, or http:// if webhook.allow_private is true"
                .to_owned(),
        );
    }
}

/// The ports are three, and TLS has both its files or none.
fn check_ports(settings: &Settings, broken: &mut Broken<'_>) {
    let Settings {
        server, admin, tls, ..
    } = settings;
    // Port 0 lets the kernel choose, and it never chooses a port twice.
    broken.unless(
        admin.listen != server.listen || server.listen.port() == 0,
        "admin.listen",
        format!(
            "another address than server.listen ({})",
            broken.text("server.listen")
        ),
    );
    broken.unless(
        tls.certificate.is_some() || tls.key.is_none(),
        "tls.certificate",
        "the file of the chain that belongs to tls.key".to_owned(),
    );
    broken.unless(
        tls.key.is_some() || tls.certificate.is_none(),
        "tls.key",
        "the file of the key that belongs to tls.certificate".to_owned(),
    );
    for (key, other) in [
        ("server.listen", server.listen),
        ("admin.listen", admin.listen),
    ] {
        broken.unless(
            tls.certificate.is_none() || tls.listen != other || other.port() == 0,
            "tls.listen",
            format!("another address than {key} ({})", broken.text(key)),
        );
    }
}

struct Broken<'a> {
    effective: &'a [Effective],
    problems: Vec<Problem>,
}

impl Broken<'_> {
    /// The value of a setting as it was given.
    fn text(&self, key: &str) -> String {
        self.find(key).value.clone()
    }

    fn unless(&mut self, holds: bool, key: &str, allowed: String) {
        if holds {
            return;
        }
        let Effective {
            key, value, origin, ..
        } = self.find(key).clone();
        self.problems.push(Problem::Value {
            key,
            value,
            allowed,
            origin,
        });
    }

    fn find(&self, key: &str) -> &Effective {
        self.effective
            .iter()
            .find(|effective| effective.key == key)
            .expect("a relation names declared settings")
    }
}

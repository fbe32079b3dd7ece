//! The options that set something of an account; `add` and `set` share them.

use clap::Args;
use ipnet::IpNet;

use crate::{
    engine::{account::AccountSettings, session::SessionLimits},
    settings::{DeliveryName, Settings},
};

use super::{
    Failure,
    values::{Limit, count, delivery, or_default, seconds, size},
};

/// The options that set something of an account.
#[derive(Debug, Default, PartialEq, Eq, Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
pub(super) struct Changes {
    /// The account may be used from this network or address; may be given several times; `any` = from anywhere
    #[arg(long, value_name = "CIDR", value_parser = network)]
    allow: Vec<Network>,
    /// Switch group; must be that of the gateway (`interfax.switch_group`)
    #[arg(long, value_name = "GROUP")]
    switch_group: Option<String>,
    /// The account may send faxes
    #[arg(long, conflicts_with = "no_fax_service")]
    fax_service: bool,
    /// The account may not send faxes, and so may not upload either (-677)
    #[arg(long)]
    no_fax_service: bool,
    /// A primary user
    #[arg(long, conflicts_with = "secondary")]
    primary: bool,
    /// Not a primary user, and so may not upload (-310)
    #[arg(long)]
    secondary: bool,
    /// The account may be used
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
    /// The account may not be used; uploads under way end at their next chunk
    #[arg(long)]
    disable: bool,
    /// The way its faxes leave: spool, hylafax or webhook; `default` = the gateway's setting (`fax.delivery`)
    #[arg(long, value_name = "NAME", value_parser = or_default(delivery))]
    delivery: Option<Limit<DeliveryName>>,
    /// Largest chunk, as in 3MiB; `default` = the gateway's setting, here and below
    #[arg(long, value_name = "SIZE", value_parser = or_default(size))]
    max_chunk: Option<Limit<u64>>,
    /// All chunks of an upload together, as in 20MiB
    #[arg(long, value_name = "SIZE", value_parser = or_default(size))]
    max_total: Option<Limit<u64>>,
    /// Uploads open at once
    #[arg(long, value_name = "NUMBER", value_parser = or_default(count))]
    max_open_sessions: Option<Limit<u32>>,
    /// Bytes held in uploads that no fax has used yet, as in 10GiB; with as many, no new upload starts
    #[arg(long, value_name = "SIZE", value_parser = or_default(size))]
    max_open_bytes: Option<Limit<u64>>,
    /// How long an upload lives after its last chunk, as in 2h
    #[arg(long, value_name = "TIME", value_parser = or_default(seconds))]
    session_timeout: Option<Limit<u32>>,
}

/// One value of `--allow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Network {
    Any,
    One(IpNet),
}

impl Changes {
    /// Whether no option was given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// `before` with these changes.
    ///
    /// # Errors
    /// [`Failure::Misused`] if the limits would contradict each other, or no chunk could be sent.
    pub fn apply(
        &self,
        mut before: AccountSettings,
        gateway: &Settings,
    ) -> Result<AccountSettings, Failure> {
        if let Some(networks) = self.networks()? {
            before.allowed_networks = networks;
        }
        if let Some(group) = &self.switch_group {
            before.switch_group.clone_from(group);
        }
        switch(
            &mut before.fax_service,
            self.fax_service,
            self.no_fax_service,
        );
        switch(&mut before.primary, self.primary, self.secondary);
        switch(&mut before.enabled, self.enable, self.disable);
        if let Some(delivery) = self.delivery {
            before.delivery = delivery.own().map(|it| it.as_str().to_owned());
        }
        let limits = &mut before.limits;
        set(&mut limits.max_chunk, self.max_chunk);
        set(&mut limits.max_total, self.max_total);
        set(&mut limits.max_open_sessions, self.max_open_sessions);
        set(&mut limits.max_open_bytes, self.max_open_bytes);
        set(&mut limits.session_timeout, self.session_timeout);
        check(&before, gateway)?;
        Ok(before)
    }

    fn networks(&self) -> Result<Option<Vec<IpNet>>, Failure> {
        let networks: Vec<_> = self
            .allow
            .iter()
            .filter_map(|network| match network {
                Network::Any => None,
                Network::One(network) => Some(*network),
            })
            .collect();
        match (self.allow.len(), networks.len()) {
            (0, _) => Ok(None),
            (1, 0) => Ok(Some(networks)),
            (given, kept) if given == kept => Ok(Some(networks)),
            _ => Err(Failure::Misused(
                "`--allow any` stands alone: any network, or the ones named".to_owned(),
            )),
        }
    }
}

fn switch(value: &mut bool, on: bool, off: bool) {
    *value = (*value || on) && !off;
}

fn set<T>(value: &mut Option<T>, limit: Option<Limit<T>>) {
    if let Some(limit) = limit {
        *value = limit.own();
    }
}

/// What the gateway would hold against every upload, said now rather than to a client.
fn check(account: &AccountSettings, gateway: &Settings) -> Result<(), Failure> {
    let session = &gateway.session;
    let limits = account.limits.session_limits(SessionLimits {
        max_chunk: session.max_chunk as u64,
        max_total: session.max_total,
        timeout: session.timeout,
    });
    if limits.max_total < limits.max_chunk {
        return Err(Failure::Misused(format!(
            "the account's largest upload ({} bytes) would be smaller than its largest chunk \
             ({} bytes): change --max-total or --max-chunk",
            limits.max_total, limits.max_chunk
        )));
    }
    // Base64 makes four bytes of three.
    let body = gateway.http.max_body as u64;
    if limits.max_chunk > body / 4 * 3 {
        return Err(Failure::Misused(format!(
            "a chunk of {} bytes does not fit into a request of http.max_body ({body} bytes): \
             choose a smaller --max-chunk, or raise http.max_body",
            limits.max_chunk
        )));
    }
    Ok(())
}

/// `any`, a network, or an address, which is the network of only itself.
fn network(text: &str) -> Result<Network, String> {
    if text == "any" {
        return Ok(Network::Any);
    }
    let alone = |text: &str| {
        text.parse()
            .ok()
            .map(|address: std::net::IpAddr| address.into())
    };
    text.parse()
        .ok()
        .or_else(|| alone(text))
        .map(Network::One)
        .ok_or_else(|| {
            "allowed are networks and addresses, as in 10.0.0.0/8 or 192.0.2.7, and `any`"
                .to_owned()
        })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        changes: Changes,
    }

    fn apply(before: AccountSettings, options: &[&str]) -> Result<AccountSettings, String> {
        let line =
            Line::try_parse_from([&["test"], options].concat()).map_err(|e| e.to_string())?;
        line.changes
            .apply(before, &Settings::default())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_named_stays() {
        let before = AccountSettings {
            enabled: false,
            switch_group: "north".to_owned(),
            ..AccountSettings::default()
        };
        assert_eq!(apply(before.clone(), &[]), Ok(before));
    }

    #[test]
    fn every_option_can_be_taken_back() {
        let there = [
            "--allow=10.0.0.0/8",
            "--allow=::1",
            "--no-fax-service",
            "--secondary",
            "--disable",
            "--max-chunk=1MiB",
            "--max-total=9MiB",
            "--max-open-sessions=3",
            "--session-timeout=2h",
            "--delivery=webhook",
        ];
        let back = [
            "--allow=any",
            "--fax-service",
            "--primary",
            "--enable",
            "--max-chunk=default",
            "--max-total=default",
            "--max-open-sessions=default",
            "--session-timeout=default",
            "--delivery=default",
        ];
        let changed = apply(AccountSettings::default(), &there).unwrap();
        assert_eq!(changed.allowed_networks.len(), 2);
        assert_eq!(changed.limits.session_timeout, Some(7200));
        assert_eq!(changed.delivery.as_deref(), Some("webhook"));
        assert!(!changed.enabled && !changed.primary && !changed.fax_service);
        assert_eq!(apply(changed, &back), Ok(AccountSettings::default()));
    }

    #[test]
    fn limits_that_no_upload_could_meet_are_refused() {
        for (options, named) in [
            (&["--max-total=1MiB"][..], "--max-chunk"),
            (&["--max-chunk=9MiB"], "http.max_body"),
            (&["--allow=any", "--allow=::1"], "--allow any"),
            (&["--enable", "--disable"], "--disable"),
        ] {
            let message = apply(AccountSettings::default(), options).unwrap_err();
            assert!(message.contains(named), "{options:?}: {message}");
        }
    }
}

//! Settings: defaults < file < environment < command line, read once at the start.
//!
//! [`Settings::load`] either returns values that are all usable together, or lists everything
//! there is to mend. Sizes are in bytes.

mod example;
mod kind;
mod layers;
mod problem;
mod reader;
mod relations;
mod secret;
mod sections;
mod unknown;

use reader::Reader;

pub use example::example;
pub use kind::parse_size;
pub(crate) use layers::variable;
pub use layers::{Origin, Sources};
pub use problem::{Problem, SettingsError};
pub use secret::Secret;
pub use sections::{
    Accounts, Admin, Content, Database, DeliveryName, Fax, Http, Hylafax, Interfax, Limits, Log,
    LogFormat, Pool, Postgres, Server, Session, Spool, TestFormAccess, Tls, Webhook,
};

/// All settings, section by section.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The clients' port, the data directory and the process.
    pub server: Server,
    /// The operators' port.
    pub admin: Admin,
    /// Which Postgres.
    pub database: Database,
    /// Connections to Postgres.
    pub pool: Pool,
    /// The gateway's own Postgres.
    pub postgres: Postgres,
    /// What the HTTP edge takes from clients.
    pub http: Http,
    /// TLS for clients.
    pub tls: Tls,
    /// Where the bytes of uploads lie.
    pub content: Content,
    /// Upload sessions.
    pub session: Session,
    /// Passwords and attempts to guess them.
    pub accounts: Accounts,
    /// What one address may do.
    pub limits: Limits,
    /// The InterFAX front end.
    pub interfax: Interfax,
    /// Faxes, once they are submitted.
    pub fax: Fax,
    /// The delivery `spool`.
    pub spool: Spool,
    /// The delivery `hylafax`.
    pub hylafax: Hylafax,
    /// The delivery `webhook`.
    pub webhook: Webhook,
    /// Logs.
    pub log: Log,
}

/// Settings, and where each came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// Every effective value with its origin, in the order of the example file; secrets are hidden.
    pub origins: Vec<Effective>,
}

/// The effective value of one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// The setting: `server.listen`.
    pub key: String,
    /// The environment variable that sets it.
    pub variable: String,
    /// The value as it was given; hidden if it is a secret.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
    /// The value, also if it is a secret.
    text: Secret,
}

impl Loaded {
    /// The names of the settings whose values are others in `new`.
    pub fn changes<'a>(&'a self, new: &'a Self) -> impl Iterator<Item = &'a str> {
        // Both are in the order of declaration.
        let pairs = self.origins.iter().zip(&new.origins);
        pairs
            .filter(|(old, new)| old.text != new.text)
            .map(|(_, new)| new.key.as_str())
    }
}

impl Settings {
    /// Reads the sources, the weakest first, and checks every value.
    ///
    /// # Errors
    /// [`SettingsError`] names what to mend: all values that are not allowed and all names that
    /// are no settings, together. Relations between values are looked at once each value is
    /// allowed by itself.
    pub fn load(sources: &Sources) -> Result<Loaded, SettingsError> {
        let mut reader = Reader::new(layers::gather(sources)?);
        let settings = Self::read(&mut reader);
        let mut problems = unknown::check(sources, reader.rest(), &reader.effective);
        problems.append(&mut reader.problems);
        if let Some(settings) = &settings {
            problems.extend(relations::check(settings, &reader.effective));
        }
        match settings {
            Some(settings) if problems.is_empty() => Ok(Loaded {
                settings,
                origins: reader.effective,
            }),
            Some(_) | None => Err(SettingsError::Invalid(problems)),
        }
    }

    fn read(reader: &mut Reader) -> Option<Self> {
        // All sections are read before the first `?`, so that every problem is found.
        let server = Server::read(reader);
        let admin = Admin::read(reader);
        let database = Database::read(reader);
        let pool = Pool::read(reader);
        let postgres = Postgres::read(reader);
        let http = Http::read(reader);
        let tls = Tls::read(reader);
        let content = Content::read(reader);
        let session = Session::read(reader);
        let accounts = Accounts::read(reader);
        let limits = Limits::read(reader);
        let interfax = Interfax::read(reader);
        let fax = Fax::read(reader);
        let spool = Spool::read(reader);
        let hylafax = Hylafax::read(reader);
        let webhook = Webhook::read(reader);
        let log = Log::read(reader);
        Some(Self {
            server: server?,
            admin: admin?,
            database: database?,
            pool: pool?,
            postgres: postgres?,
            http: http?,
            tls: tls?,
            content: content?,
            session: session?,
            accounts: accounts?,
            limits: limits?,
            interfax: interfax?,
            fax: fax?,
            spool: spool?,
            hylafax: hylafax?,
            webhook: webhook?,
            log: log?,
        })
    }
}

impl Default for Settings {
    /// The defaults alone, without file, environment or command line.
    fn default() -> Self {
        Self::read(&mut Reader::new(std::collections::BTreeMap::new()))
            .expect("every default is allowed")
    }
}

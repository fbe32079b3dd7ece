//! Every setting: its name, type, default, bounds, and the sentence that explains it.
//!
//! A section is declared once. The struct, its reader, the example file and the listing of
//! effective values all come from that declaration, so they cannot disagree.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;
use tracing::Level;

use super::{
    Secret,
    kind::{
        address, any_text, database_url, delivery, duration, file_types, flag, host_and_port,
        host_names, level, log_format, long_secret, networks, number, optional, path, plain_text,
        public_url, secret, size, test_form, threads, url_path, web_address,
    },
    reader::{Declared, Reader},
};

/// Declares a section: `field: type = "default", kind of value;`.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $name:ident $section:literal {
            $( $(#[doc = $help:literal])+ $field:ident: $type:ty = $default:literal, $kind:expr; )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug)]
        pub struct $name {
            $( $(#[doc = $help])+ pub $field: $type, )+
        }

        impl $name {
            pub(super) fn read(reader: &mut Reader) -> Option<Self> {
                // All fields are read before the first `?`, so that every problem is found.
                $(
                    let $field = reader.take(
                        Declared {
                            section: $section,
                            field: stringify!($field),
                            default: $default,
                            help: concat!($($help),+),
                        },
                        &$kind,
                    );
                )+
                Some(Self { $( $field: $field?, )+ })
            }
        }
    };
}

section! {
    /// The clients' port, the data directory and the process.
    Server "server" {
        /// Address and port on which clients are served.
        listen: SocketAddr = "127.0.0.1:8080", address();
        /// Directory of the content store and of the gateway's own Postgres.
        data_dir: PathBuf = "./var", path();
        /// User to become when started by root; empty: the owner of the data directory, or the first of chunkgate, postgres and nobody that exists.
        user: Option<String> = "", optional(any_text());
        /// Threads that serve clients.
        workers: usize = "cores", threads(1..=256);
        /// How long a stop waits for requests in flight.
        shutdown_timeout: Duration = "30s", duration("1s", "1h");
        /// Connections open at once; further ones wait in the kernel.
        max_connections: usize = "4096", number(16..=1_000_000);
        /// Of these, at most so many from one address that is no trusted proxy, and never more than twice as many as are left; further ones get 503, inside TLS they are closed.
        max_connections_per_address: usize = "2048", number(1..=1_000_000);
        /// Address that clients use, for the service description; empty: taken from each request.
        public_url: Option<String> = "", optional(public_url());
    }
}

section! {
    /// The operators' port.
    Admin "admin" {
        /// Address and port of readiness and metrics; keep it away from clients.
        listen: SocketAddr = "127.0.0.1:8081", address();
        /// Names by which that port is asked, beside IP addresses and `localhost`; requests to any other are refused, for a web page can make a browser send them.
        hosts: Vec<String> = "", host_names();
    }
}

section! {
    /// Which Postgres.
    Database "database" {
        /// Address and credentials of a Postgres server; empty: chunkgate runs its own.
        url: Option<Secret> = "", optional(database_url());
        /// File of certificate authorities (PEM) for TLS; empty: those of the machine.
        tls_ca: Option<PathBuf> = "", optional(path());
        /// Accepts a server that runs with `fsync` or `full_page_writes` off, and so may lose documents in a power cut.
        allow_unsafe_durability: bool = "false", flag();
    }
}

section! {
    /// Connections to Postgres.
    Pool "pool" {
        /// Connections kept to Postgres.
        size: usize = "16", number(2..=1000);
        /// How long a request waits for a connection before it is refused.
        wait: Duration = "2s", duration("10ms", "1min");
        /// How long a new connection may take.
        connect_timeout: Duration = "2s", duration("10ms", "1min");
        /// How long a statement may run.
        statement_timeout: Duration = "10s", duration("100ms", "10min");
        /// Connections beside these for what clients ask of their faxes; an account that has one of them in use gets another one only while enough are free.
        queries: usize = "4", number(1..=100);
        /// How long such a query may run, and wait for its connection.
        query_timeout: Duration = "5s", duration("100ms", "10min");
        /// How long a statement may wait for a lock.
        lock_timeout: Duration = "5s", duration("10ms", "10min");
        /// How long a transaction may sit idle.
        idle_in_transaction_timeout: Duration = "10s", duration("100ms", "10min");
    }
}

section! {
    /// The gateway's own Postgres, when `database.url` is empty.
    Postgres "postgres" {
        /// Directory of initdb and postgres; empty: the newest found on PATH and in /usr/lib/postgresql.
        bin_dir: Option<PathBuf> = "", optional(path());
        /// How long its start, recovery included, may take.
        start_timeout: Duration = "60s", duration("1s", "1h");
        /// How long its stop may take before it is stopped at once.
        stop_timeout: Duration = "30s", duration("1s", "10min");
    }
}

section! {
    /// What the HTTP edge takes from clients.
    Http "http" {
        /// Largest request body, as it is after gzip was undone. The default takes a chunk of 3 MiB in UTF-16, too: 4 MiB of base64, at most 9.1 MiB with its line ends.
        max_body: usize = "10MiB", size("64KiB", "1GiB");
        /// Memory of all body buffers together.
        body_memory: usize = "48MiB", size("1MiB", "64GiB");
        /// How long a request body may take in all.
        body_timeout: Duration = "30min", duration("1s", "24h");
        /// Bytes a second below which a body is given up, and an answer that its client takes.
        min_rate: u64 = "1KiB", size("0", "1GiB");
        /// How long a body may stay below the minimum rate.
        min_rate_grace: Duration = "30s", duration("1s", "1h");
        /// How long the request line and headers of each request may take.
        head_timeout: Duration = "30s", duration("1s", "10min");
        /// How long an answer may wait for its client to take more of it; a client that takes it more slowly than `min_rate` on the average is given up, too. Meanwhile nothing more is read from that client.
        answer_timeout: Duration = "60s", duration("1s", "1h");
        /// How long an idle connection is kept for the next request.
        keep_alive: Duration = "75s", duration("1s", "1h");
        /// Requests served at once; further ones are refused with 503.
        max_in_flight: usize = "2048", number(1..=1_000_000);
        /// Of these, at most so many from one client's address, and never more than twice as many as are left; further ones are refused with 503: behind a proxy that is not in `http.trusted_proxies` all clients are one.
        max_in_flight_per_address: usize = "1024", number(1..=1_000_000);
        /// Proxies whose forwarding headers are believed.
        trusted_proxies: Vec<IpNet> = "", networks();
    }
}

section! {
    /// TLS for clients, on a port of its own beside `server.listen`.
    Tls "tls" {
        /// File of the certificate chain (PEM), the server's own first; empty: no TLS.
        certificate: Option<PathBuf> = "", optional(path());
        /// File of its private key (PEM, without a passphrase).
        key: Option<PathBuf> = "", optional(path());
        /// Address and port on which clients are served over TLS.
        listen: SocketAddr = "127.0.0.1:8443", address();
        /// How often the files are looked at; a renewed certificate is served to new connections without a restart, at a SIGHUP at once.
        reload_interval: Duration = "30s", duration("100ms", "24h");
        /// How long a handshake may take.
        handshake_timeout: Duration = "10s", duration("100ms", "10min");
    }
}

section! {
    /// Where the bytes of uploads lie.
    Content "content" {
        /// Size of a segment file.
        segment_size: u64 = "64MiB", size("1MiB", "4GiB");
        /// Segments prepared ahead of use.
        ready_segments: usize = "2", number(1..=64);
        /// Free space below which new bytes are refused.
        min_free: u64 = "512MiB", size("0", "1TiB");
        /// How long a segment without live bytes rests before it is used again.
        recycle_after: Duration = "15min", duration("1s", "7d");
        /// Bytes of one address that may wait for the name of their session; further requests get 503.
        unproven_per_address: u64 = "32MiB", size("256KiB", "64GiB");
        /// The same for all addresses together; a quarter is kept for addresses whose bytes belonged to a session within the last hour.
        unproven_total: u64 = "64MiB", size("1MiB", "1TiB");
    }
}

section! {
    /// Upload sessions.
    Session "session" {
        /// How long a session lives after its last chunk.
        timeout: Duration = "60min", duration("1s", "30d");
        /// Largest chunk, decoded.
        max_chunk: usize = "3MiB", size("1KiB", "512MiB");
        /// All chunks of a session together, decoded.
        max_total: u64 = "20MiB", size("1KiB", "1TiB");
        /// Sessions an account may have open.
        max_open_per_account: u32 = "1000", number(1..=1_000_000);
        /// Bytes an account may hold in uploads that no fax has used yet; with as many, it may go on with those that are open, and a new one gets -1011.
        max_open_bytes_per_account: u64 = "10GiB", size("1MiB", "1024TiB");
        /// How long an upload that has expired, or that an operator has cancelled, can be brought back (`chunkgate session undelete`); its bytes are kept for that time.
        undelete: Duration = "1h", duration("0s", "30d");
        /// How long the rows of ended sessions are kept.
        retention: Duration = "30d", duration("1h", "3650d");
        /// How often expired sessions, documents that are not kept any more, and free segments are looked for.
        sweep_interval: Duration = "30s", duration("100ms", "24h");
    }
}

section! {
    /// Passwords and attempts to guess them.
    Accounts "accounts" {
        /// Wrong passwords for an account from one address before further attempts are delayed.
        failures: u32 = "5", number(1..=1000);
        /// Wrong passwords from one address (IPv6: /48) for all accounts before further attempts from there are delayed, but for accounts that logged in from there lately.
        failures_per_address: u32 = "50", number(1..=1_000_000);
        /// Within which time they are counted.
        failure_window: Duration = "5min", duration("1s", "24h");
        /// Longest delay between attempts.
        max_delay: Duration = "60s", duration("1s", "1h");
        /// How long a verified password is remembered.
        remember: Duration = "60s", duration("0s", "1h");
        /// Memory of one password hash (argon2id).
        hash_memory: u64 = "19MiB", size("19MiB", "1GiB");
        /// Passes of one password hash (argon2id).
        hash_iterations: u32 = "2", number(2..=100);
    }
}

section! {
    /// What one address may do.
    Limits "limits" {
        /// Chunks for unknown sessions an address may send in a minute.
        unknown_sessions_per_minute: u32 = "600", number(1..=1_000_000);
    }
}

/// Who may try operations on the help page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestFormAccess {
    /// Clients on the gateway's own machine.
    Local,
    /// Everybody who reaches the service.
    Always,
    /// Nobody.
    Never,
}

section! {
    /// The InterFAX front end.
    Interfax "interfax" {
        /// Path of the service, matched without regard to case.
        path: String = "/dfs.asmx", url_path();
        /// Whether operations can be called with GET, as in the original; query strings are not logged.
        http_get: bool = "true", flag();
        /// Switch group of this gateway; an account of another group is refused.
        switch_group: String = "", any_text();
        /// Who is shown a form to try operations on the help page: `local` (browsers on this machine that call it `localhost`), `always` or `never`.
        test_form: TestFormAccess = "local", test_form();
    }
}

/// A delivery that can be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryName {
    /// A directory for each fax.
    Spool,
    /// A HylaFAX server.
    Hylafax,
    /// A web service of the operator's.
    Webhook,
}

impl DeliveryName {
    /// Every delivery.
    pub const ALL: [Self; 3] = [Self::Spool, Self::Hylafax, Self::Webhook];

    /// Its name in settings, in the database and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spool => "spool",
            Self::Hylafax => "hylafax",
            Self::Webhook => "webhook",
        }
    }

    /// The delivery of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}

section! {
    /// Faxes, once they are submitted.
    Fax "fax" {
        /// The way faxes leave, for accounts that have no other (`chunkgate account set --delivery`): `spool`, `hylafax` or `webhook`.
        delivery: DeliveryName = "spool", delivery();
        /// Types of documents that are taken, as clients name them.
        file_types: Vec<String> = "BMP,DOC,DOCX,GIF,HTM,HTML,JPEG,JPG,MHT,PCL,PDF,PNG,PPT,PPTX,PS,RTF,TIF,TIFF,TXT,XLS,XLSX", file_types();
        /// Documents of one submission.
        max_documents: usize = "50", number(1..=1000);
        /// Recipients of one submission.
        max_recipients: usize = "500", number(1..=10_000);
        /// How often a fax is sent again after it failed, if its client does not say.
        retries: u32 = "3", number(0..=100);
        /// How often at most, whatever its client says.
        max_retries: u32 = "10", number(0..=100);
        /// Pause before a fax that failed is sent again; up to a quarter shorter by chance.
        retry_pause: Duration = "3min", duration("10ms", "24h");
        /// For how long an equal submission of document data is the same one again, since its answer may have been lost: so long
        /// the same fax cannot be ordered twice but on one connection of the client's own, without a proxy. 0: it always can.
        repeat_within: Duration = "10min", duration("0s", "24h");
        /// How often an account may ask for the status of its faxes in a minute; further questions get -1011. 0: as often as it likes.
        status_polls_per_minute: u32 = "6", number(0..=1_000_000);
        /// Faxes handed over to each delivery side by side.
        workers: usize = "4", number(1..=256);
        /// How often deliveries are asked how faxes ended.
        poll_interval: Duration = "2s", duration("10ms", "1h");
        /// For how long one gateway has a fax to itself while it hands it over, which may take half of that; if it dies, another one goes on after that.
        lease: Duration = "2min", duration("200ms", "1h");
        /// For how long a fax that its delivery does not take is tried again, before it fails.
        give_up_after: Duration = "3d", duration("0s", "365d");
        /// How long a delivery may take to say how a fax ended, before it fails.
        outcome_within: Duration = "7d", duration("1s", "365d");
        /// How long the documents of a fax are kept after it ended, for `GetFaxImage` and `ReSendFax`.
        keep_documents: Duration = "7d", duration("0s", "3650d");
        /// How long the documents of dead letters are kept: faxes that failed because their delivery was away or refused them (`chunkgate fax list --dead-letters`).
        keep_dead_letters: Duration = "30d", duration("0s", "3650d");
        /// How long faxes are listed after they ended.
        retention: Duration = "365d", duration("1h", "3650d");
        /// Ghostscript, which makes images for `GetFaxImage`; empty: `gs` on PATH. Without it there are none.
        ghostscript: Option<PathBuf> = "", optional(path());
        /// How long one image may take.
        image_timeout: Duration = "60s", duration("1s", "1h");
        /// Memory (address space) of the process that makes an image.
        image_memory: u64 = "512MiB", size("64MiB", "64GiB");
        /// Largest image.
        max_image: u64 = "32MiB", size("64KiB", "1GiB");
        /// Images made side by side; one account cannot take all of them.
        images_at_once: usize = "2", number(1..=64);
    }
}

section! {
    /// The delivery `spool`: a directory for each fax, for a program of yours to send.
    Spool "spool" {
        /// Where; empty: `spool` in `server.data_dir`.
        directory: Option<PathBuf> = "", optional(path());
        /// Whether the group of the directory may read faxes and say how they ended.
        group_access: bool = "false", flag();
    }
}

section! {
    /// The delivery `hylafax`: a HylaFAX server.
    Hylafax "hylafax" {
        /// Host, or host and port, of its hfaxd; empty: no such delivery.
        server: Option<String> = "", optional(host_and_port());
        /// User to log in as, who owns the jobs.
        user: String = "chunkgate", plain_text();
        /// Password of that user; empty: none.
        password: Option<Secret> = "", optional(secret());
        /// Modem, or class of modems, that sends.
        modem: String = "any", plain_text();
        /// How long a connection may take.
        connect_timeout: Duration = "10s", duration("10ms", "5min");
        /// How long it may take to answer a command, or to take or send more of a document or a list.
        command_timeout: Duration = "30s", duration("10ms", "10min");
        /// Connections open at once.
        max_connections: usize = "8", number(1..=256);
        /// How often its queues are looked at.
        poll_interval: Duration = "5s", duration("10ms", "1h");
        /// How long it may try to send a fax before that fails.
        kill_after: Duration = "24h", duration("1min", "99d");
        /// How long it keeps ended jobs (`faxqclean -j`). A fax of which it is not known whether HylaFAX took it is sent again when no queue has it, but not after that time: it may have been sent and cleaned away.
        jobs_kept: Duration = "15min", duration("1s", "365d");
        /// Whether postponed faxes wait in its queue instead of the gateway's.
        hold_postponed: bool = "false", flag();
    }
}

section! {
    /// The delivery `webhook`: a web service of yours.
    Webhook "webhook" {
        /// Address to which each fax is posted; empty: no such delivery.
        url: Option<String> = "", optional(web_address());
        /// Secret with which requests are signed, both ways; at least 32 characters.
        secret: Option<Secret> = "", optional(long_secret());
        /// Address to which a wish to take a fax back is posted; empty: what was posted cannot be taken back.
        cancel_url: Option<String> = "", optional(web_address());
        /// Whether the addresses may lie in private networks; only there `http://` is allowed.
        allow_private: bool = "false", flag();
        /// File of certificate authorities (PEM) for TLS; empty: those of the machine.
        tls_ca: Option<PathBuf> = "", optional(path());
        /// How long a connection, TLS included, may take.
        connect_timeout: Duration = "10s", duration("10ms", "5min");
        /// How long the service may take to take more of a fax, or to answer.
        answer_timeout: Duration = "30s", duration("10ms", "10min");
        /// How old a signed status may be, and how far its clock may be ahead.
        tolerance: Duration = "5min", duration("1s", "1h");
    }
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

section! {
    /// Logs.
    Log "log" {
        /// Form of the lines.
        format: LogFormat = "text", log_format();
        /// Least level that is logged, read again at a SIGHUP; the variable `RUST_LOG` overrules it.
        level: Level = "info", level();
        /// File at whose end `serve` writes its lines, opened anew at a SIGHUP; empty: standard error.
        file: Option<PathBuf> = "", optional(path());
    }
}

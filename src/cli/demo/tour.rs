//! The stations of the demo: account, upload, extents, reading back, fax, and what to try next.

use std::{net::SocketAddr, path::PathBuf, pin::pin, sync::Arc};

use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    app::App,
    engine::{
        UploadEngine,
        account::AccountSettings,
        repository::{Repository, SessionName},
        session::{SessionId, SessionKey},
    },
    fax::{item::TransactionId, repository::FaxRepository},
    settings::Settings,
};

use super::{
    Document, Failure, fax,
    output::{self, thousands},
    password, spool_directory, transcript,
    upload::{self, Client, ClientOptions, Fax, Transferred},
};
use transcript::Transcript;

/// The account of the demo.
const USER: &str = "demo";
/// Bytes of a chunk, as old clients like them.
const CHUNK: usize = 100_000;

pub(super) struct Tour<'a> {
    settings: &'a Settings,
    engine: UploadEngine,
    repository: Arc<dyn Repository>,
    faxes: Arc<dyn FaxRepository>,
    content: PathBuf,
    service: String,
    operators: String,
}

impl<'a> Tour<'a> {
    pub fn new(settings: &'a Settings, app: &App) -> Self {
        Self {
            settings,
            engine: app.engine().clone(),
            repository: Arc::clone(app.repository()),
            faxes: app.backend().faxes(settings),
            content: app.backend().content().to_owned(),
            service: format!(
                "http://{}{}",
                reachable(app.address()),
                settings.interfax.path
            ),
            operators: format!("http://{}", reachable(app.admin_address())),
        }
    }

    /// Shows everything. Takes itself, because a gateway that stops waits for the last handle of
    /// its engine.
    pub async fn run(self, document: Document) -> Result<(), Failure> {
        let password = self.account().await?;
        output::print(&transcript::start(&document, &self.service, USER))?;
        let kind = document.kind.clone();
        let (sent, digest) = self.upload(&password, document).await?;
        let key = SessionKey::of(&sent.session);
        let session = self.engine.status(SessionName::Key(key)).await?.id;
        let extents = self.repository.extents(session).await?;
        output::print(&transcript::places(session, &self.content, &extents))?;
        let stored = self.read_back(session).await?;
        output::print(&transcript::comparison(&digest, &stored))?;
        if stored != digest {
            return Err(Failure::Damaged(
                "the stored bytes are not the ones that were sent".to_owned(),
            ));
        }
        output::print(&format!(
            "\n{} bytes stored and verified\n",
            thousands(sent.bytes)
        ))?;
        self.fax(&password, kind, sent).await?;
        output::print(&transcript::try_it(
            &self.service,
            &self.operators,
            USER,
            &password,
        ))
    }

    /// The account, new or with a new password.
    async fn account(&self) -> Result<Zeroizing<String>, Failure> {
        let mut random = Zeroizing::new([0_u8; 15]);
        getrandom::fill(&mut *random).map_err(|error| {
            Failure::Failed(format!("the system has no random numbers: {error}"))
        })?;
        let encoding = base64_simd::URL_SAFE_NO_PAD;
        let password = Zeroizing::new(encoding.encode_to_string(*random));
        let hash = password::hash(self.settings, &password).await?;
        let account = AccountSettings {
            switch_group: self.settings.interfax.switch_group.clone(),
            ..AccountSettings::default()
        };
        let repository = &self.repository;
        match repository.account(USER).await? {
            Some(found) => repository
                .update_account(found.id, &hash, &account)
                .await
                .map(drop)?,
            None => repository
                .add_account(USER, &hash, &account)
                .await
                .map(drop)?,
        }
        Ok(password)
    }

    /// Uploads through the socket, as any client would; returns the digest of what was sent.
    async fn upload(
        &self,
        password: &Zeroizing<String>,
        mut document: Document,
    ) -> Result<(Transferred, [u8; 32]), Failure> {
        let chunk = CHUNK.min(self.settings.session.max_chunk);
        let mut transcript = Transcript::new(document.length.div_ceil(chunk as u64));
        let (service, password) = (self.service.clone(), password.clone());
        let sent = blocking(move || {
            let client = Client::new(&service, ClientOptions::default())
                .map_err(|error| error.to_string())?;
            let credentials = (USER, password.as_str());
            upload::transfer(&client, credentials, &mut document, chunk, &mut transcript)
                .map(|sent| (sent, document.digest()))
                .map_err(|error| format!("{service}: {error}"))
        });
        sent.await.map_err(Failure::Failed)
    }

    /// Has the upload faxed through the socket too, and shows how it lies in the spool.
    async fn fax(
        &self,
        password: &Zeroizing<String>,
        kind: Option<String>,
        upload: Transferred,
    ) -> Result<(), Failure> {
        let types = &self.settings.fax.file_types;
        let Some(kind) = kind.filter(|kind| types.contains(kind)) else {
            return output::print(
                "\nIt is not faxed: by its name it is of no type that is (fax.file_types).\n",
            );
        };
        let (service, password) = (self.service.clone(), password.clone());
        let submitted = blocking(move || {
            let client = Client::new(&service, ClientOptions::default())
                .map_err(|error| error.to_string())?;
            let fax = Fax {
                number: fax::NUMBER,
                kind: &kind,
                upload: &upload,
            };
            client
                .submit((USER, &password), fax, &mut ())
                .map_err(|error| format!("{service}: {error}"))
        });
        let transaction = submitted.await.map_err(Failure::Failed)?;
        output::print(&format!(
            "\nFaxing it to {}, a number that nobody has\n\n  SendfaxEx_2                       -> \
             TransactionID {transaction}\n",
            fax::NUMBER
        ))?;
        let id = i32::try_from(transaction).map(TransactionId);
        let id = id.map_err(|_| Failure::Failed(format!("{transaction} is no TransactionID")))?;
        let attempt = fax::handed_over(&*self.faxes, id).await?;
        let directory = spool_directory(self.settings, attempt);
        output::print(&fax::contents(&directory)?)?;
        let data_dir = &self.settings.server.data_dir;
        let data_dir = std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.clone());
        output::print(&fax::how_to_finish(id, &directory, &data_dir))
    }

    /// The digest of the bytes as they are stored.
    async fn read_back(&self, session: SessionId) -> Result<[u8; 32], Failure> {
        let mut content = pin!(self.engine.open_content(session));
        let mut digest = Sha256::new();
        while let Some(block) = content.try_next().await? {
            digest.update(&block);
        }
        Ok(digest.finalize().into())
    }
}

/// Lets a client work, which blocks.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

/// The address by which this machine reaches a listener on `address`.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => ([127, 0, 0, 1], v4.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => {
            (std::net::Ipv6Addr::LOCALHOST, v6.port()).into()
        }
        SocketAddr::V4(_) | SocketAddr::V6(_) => address,
    }
}

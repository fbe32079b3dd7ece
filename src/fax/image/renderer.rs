//! Makes images, a bounded number at a time.

use std::{
    fs,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use nix::sys::signal::Signal;
use tokio::{task::spawn_blocking, time::timeout};

use crate::{
    engine::account::AccountId,
    fax::places::{Place, Places},
};

use super::{
    ImageError, PageSetup,
    child::{self, Ended, Limits},
    ghostscript::{self, IMAGE},
    job::Job,
    kind::Kind,
    text, tiff,
};

/// Images on the disk at once for each that may be in the making: most are on their way to a client,
/// which may be slow.
const KEPT: usize = 8;

/// The name of the image of all documents in the directory of the job.
const WHOLE: &str = "whole.tif";

/// A document of a fax.
#[derive(Clone, Debug)]
pub struct Document {
    /// Where its bytes lie.
    pub path: PathBuf,
    /// What it is, in upper case: `PDF`, `TIF` ...
    pub kind: String,
}

/// What making an image may cost.
#[derive(Clone, Debug)]
pub struct RendererSettings {
    /// Ghostscript; if not set, `gs` on PATH.
    pub ghostscript: Option<PathBuf>,
    /// How long one image may take.
    pub timeout: Duration,
    /// Address space of Ghostscript, in bytes.
    pub memory: u64,
    /// Size of an image, in bytes.
    pub max_image: u64,
    /// Images in the making at once.
    pub at_once: usize,
    /// How long to wait for a place among them.
    pub wait: Duration,
}

/// Makes images of documents; clones share its bounds.
#[derive(Clone, Debug)]
pub struct Renderer {
    settings: Arc<RendererSettings>,
    places: Places,
    kept: Places,
}

impl Renderer {
    /// A renderer with these bounds. Nothing is looked for or started yet.
    pub fn new(settings: RendererSettings) -> Self {
        Self {
            places: Places::new(settings.at_once),
            kept: Places::new(settings.at_once.saturating_mul(KEPT)),
            settings: Arc::new(settings),
        }
    }

    /// Room on the disk for an image of this account and its documents, as long as the answer lives.
    pub async fn room(&self, account: AccountId) -> Result<Place, ImageError> {
        self.place(&self.kept, account).await
    }

    /// Whether documents of this kind (upper case) become an image; a TIFF only alone.
    pub fn supports(kind: &str) -> bool {
        Kind::named(kind).is_some()
    }

    /// Makes one image of the documents of an account, in their order, and returns where it is: in
    /// `work`, or for a single TIFF that document itself.
    ///
    /// Each document has a Ghostscript of its own: none can change, hide or end those after it.
    ///
    /// `work` is a directory of the caller's for this job alone. When the future is dropped, what
    /// it started is killed and what it wrote is removed.
    pub async fn render(
        &self,
        account: AccountId,
        work: &Path,
        documents: &[Document],
        setup: PageSetup,
    ) -> Result<PathBuf, ImageError> {
        let kinds = documents.iter().map(kind).collect::<Result<Vec<_>, _>>()?;
        if kinds.contains(&Kind::Tiff) {
            let [document] = documents else {
                return Err(ImageError::TiffAmongOthers);
            };
            tiff::check(&document.path, self.settings.max_image).await?;
            return Ok(document.path.clone());
        }
        if kinds.is_empty() {
            return Err(ImageError::NoPages);
        }
        let program = ghostscript::find(self.settings.ghostscript.as_deref())?;
        let _place = self.place(&self.places, account).await?;
        let job = Job::new(work)?;
        let limit = self.settings.timeout;
        timeout(limit, self.run(&program, &job, documents, &kinds, setup))
            .await
            .unwrap_or(Err(ImageError::TooLong { limit }))?;
        let image = work.join(IMAGE);
        fs::rename(job.directory().join(WHOLE), &image)
            .map_err(ImageError::io("create", &image))?;
        Ok(image)
    }

    async fn place(&self, places: &Places, account: AccountId) -> Result<Place, ImageError> {
        let place = places.take(account, self.settings.wait).await;
        place.ok_or(ImageError::AllPlacesTaken {
            at_once: self.settings.at_once,
            waited: self.settings.wait,
        })
    }

    async fn run(
        &self,
        program: &Path,
        job: &Job,
        documents: &[Document],
        kinds: &[Kind],
        setup: PageSetup,
    ) -> Result<(), ImageError> {
        let limit = self.settings.max_image;
        let mut left = limit;
        for (number, (document, kind)) in documents.iter().zip(kinds).enumerate() {
            let name = format!("document-{number}");
            match kind {
                Kind::Text => {
                    self.typeset(document, job.directory().join(&name), setup)
                        .await?;
                }
                Kind::Program | Kind::Jpeg | Kind::Tiff => job.link(&document.path, &name)?,
            }
            let limits = Limits {
                cpu: self.settings.timeout,
                memory: self.settings.memory,
                file: left,
            };
            let arguments = ghostscript::arguments(&name, *kind, setup);
            let ended = child::run(program, arguments, job.directory(), limits).await?;
            left -= self.judge(ended, job, left)?;
            let [part, whole] = [IMAGE, WHOLE].map(|name| job.directory().join(name));
            let appended = spawn_blocking(move || tiff::append(&part, &whole)).await;
            appended
                .unwrap_or_else(|panic| Err(panic.into()))
                .map_err(ImageError::io("put together", job.directory().join(WHOLE)))?;
        }
        Ok(())
    }

    /// Writes the program that shows a text; it may be as large as the image, which is larger.
    async fn typeset(
        &self,
        document: &Document,
        program: PathBuf,
        setup: PageSetup,
    ) -> Result<(), ImageError> {
        let (from, limit) = (document.path.clone(), self.settings.max_image);
        match spawn_blocking(move || text::typeset(&from, &program, setup, limit)).await {
            Ok(result) => result,
            Err(error) => Err(ImageError::io("typeset", &document.path)(error.into())),
        }
    }

    /// Bytes of the image of a document whose Ghostscript has ended, and may have had `left` bytes.
    fn judge(&self, ended: Ended, job: &Job, left: u64) -> Result<u64, ImageError> {
        let Ended { status, output } = ended;
        let size = fs::metadata(job.directory().join(IMAGE)).map_or(0, |data| data.len());
        // It dies of the signal, or, where the signal is ignored, tells of a failed write.
        if status.signal() == Some(Signal::SIGXFSZ as i32) || size > left {
            let limit = self.settings.max_image;
            return Err(ImageError::TooLarge { limit });
        }
        if !status.success() {
            let status = status.to_string();
            return Err(ImageError::Failed { status, output });
        }
        // A damaged PDF of which nothing can be shown is no error to Ghostscript.
        if size == 0 {
            return Err(ImageError::NoPages);
        }
        Ok(size)
    }
}

fn kind(document: &Document) -> Result<Kind, ImageError> {
    let kind = &document.kind;
    Kind::named(kind).ok_or_else(|| ImageError::UnsupportedKind { kind: kind.clone() })
}

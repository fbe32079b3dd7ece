//! Documents become one TIFF of fax pages.

mod bounds;
mod sandbox;
pub mod tiff;

use std::{fs, path::PathBuf, time::Duration};

use chunkgate::{
    engine::account::AccountId,
    fax::{
        image::{Document, ImageError, PageSetup, Renderer, RendererSettings},
        item::PageSize,
    },
};
use tempfile::TempDir;

use crate::clients::program::{Program, in_repository, run};
use tiff::{Page, pages};

const GHOSTSCRIPT: Program = Program("ghostscript");

/// Whose images they are.
const ACCOUNT: AccountId = AccountId(1);

/// A4, upright, fine, black and white.
const PLAIN: PageSetup = PageSetup {
    size: PageSize::A4,
    landscape: false,
    fine: true,
    grey: false,
};

fn settings() -> RendererSettings {
    RendererSettings {
        ghostscript: None,
        timeout: Duration::from_mins(1),
        memory: 512 * 1024 * 1024,
        max_image: 16 * 1024 * 1024,
        at_once: 2,
        wait: Duration::from_mins(1),
    }
}

/// A job: its directory, and its documents so far.
struct Job {
    work: TempDir,
    documents: Vec<Document>,
}

impl Job {
    fn new() -> Self {
        Self {
            work: tempfile::tempdir().expect("a directory"),
            documents: Vec::new(),
        }
    }

    /// With one more document. Its name would be an option, a pattern and a format to Ghostscript.
    fn with(mut self, kind: &str, content: impl AsRef<[u8]>) -> Self {
        let name = format!("-@%d(*):{} é", self.documents.len());
        let path = self.work.path().join(name);
        fs::write(&path, content).expect("space");
        self.documents.push(Document {
            path,
            kind: kind.to_owned(),
        });
        self
    }

    fn with_sample(self) -> Self {
        let sample = fs::read(in_repository("tests/data/sample.pdf")).expect("the sample");
        self.with("PDF", sample)
    }

    async fn render(
        &self,
        settings: RendererSettings,
        setup: PageSetup,
    ) -> Result<PathBuf, ImageError> {
        let renderer = Renderer::new(settings);
        let image = renderer
            .render(ACCOUNT, self.work.path(), &self.documents, setup)
            .await;
        self.nothing_is_left();
        image
    }

    async fn pages(&self, setup: PageSetup) -> Vec<Page> {
        let image = self.render(settings(), setup).await.expect("an image");
        pages(&fs::read(image).expect("the image"))
    }

    async fn error(&self, settings: RendererSettings) -> ImageError {
        self.render(settings, PLAIN).await.expect_err("no image")
    }

    /// Besides the documents, only the image may lie in the directory.
    fn nothing_is_left(&self) {
        for entry in fs::read_dir(self.work.path()).expect("the directory") {
            let path = entry.expect("an entry").path();
            let known = path.ends_with("fax.tif")
                || self.documents.iter().any(|document| document.path == path);
            assert!(known, "{} is left", path.display());
        }
    }

    /// The processes that work in the directory of the job or below it.
    fn processes(&self) -> Vec<i32> {
        let there = |process: &i32| {
            fs::read_link(format!("/proc/{process}/cwd"))
                .is_ok_and(|cwd| cwd.starts_with(self.work.path()))
        };
        fs::read_dir("/proc")
            .expect("processes")
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter(there)
            .collect()
    }
}

/// A PostScript page with a black square at this height; below 421 in the lower half of A4.
fn square(height: u16) -> String {
    format!("%!PS\n100 {height} 100 100 rectfill showpage\n")
}

#[tokio::test]
async fn a_pdf_becomes_as_many_pages_as_wide_as_fax_paper() {
    if !GHOSTSCRIPT.is_here().await {
        return;
    }
    let job = Job::new().with_sample();
    for (size, width, height) in [
        (PageSize::A4, 1728, 2292),
        (PageSize::Letter, 1728, 2156),
        (PageSize::Legal, 1728, 2744),
        (PageSize::B4, 2048, 2725),
    ] {
        for (fine, height, dots) in [(true, height, 196), (false, height / 2, 98)] {
            for (landscape, grey) in [(false, false), (true, false), (false, true)] {
                let setup = PageSetup {
                    size,
                    landscape,
                    fine,
                    grey,
                };
                let pages = job.pages(setup).await;
                assert_eq!(pages.len(), 6, "{setup:?}");
                for page in pages {
                    assert_eq!((page.width, page.height), (width, height), "{setup:?}");
                    assert_eq!(
                        (page.dots, page.compression, page.bits),
                        ((204, dots), 4, 1)
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn documents_of_every_kind_follow_each_other_in_order() {
    if !GHOSTSCRIPT.is_here().await {
        return;
    }
    let eps = "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n0 0 10 10 rectfill\n";
    // Leaves everything behind that the next document could fall over.
    let untidy = "%!PS\n<< /PageSize [842 595] >> setpagedevice showpage \
                  (junk) 10 dict begin 0.1 0.1 scale";
    let job = Job::new()
        .with("PS", untidy)
        .with("TXT", "one\x0ctwo")
        .with_sample()
        .with("JPG", jpeg().await)
        .with("EPS", eps)
        .with("PS", square(100));
    let in_order = job.pages(PLAIN).await;
    assert_eq!(in_order.len(), 1 + 2 + 6 + 1 + 1 + 1);

    // The bytes of a page tell which it is.
    let last = only_page(Job::new().with("PS", square(100))).await;
    assert_eq!(in_order[11].data, last.data);
    for (first, second) in [(100, 600), (600, 100)] {
        let job = Job::new()
            .with("PS", square(first))
            .with("PS", square(second));
        let both = job.pages(PLAIN).await;
        let alone = only_page(Job::new().with("PS", square(first))).await;
        assert_eq!(both.len(), 2);
        assert_eq!(both[0].data, alone.data);
        assert_ne!(both[1].data, alone.data);
    }
}

#[tokio::test]
async fn no_document_hides_or_changes_those_after_it() {
    if !GHOSTSCRIPT.is_here().await {
        return;
    }
    let last = only_page(Job::new().with("PS", square(100))).await;
    for hostile in [
        // Ends with what may be taken for the end of all.
        "showpage (chunkgate: every document was read) = flush quit",
        // Later programs would show nothing, or something else.
        "/rectfill { pop pop pop pop } def showpage",
        "userdict /showpage { copypage } put showpage",
        "/square 1 def << /PageSize [100 100] >> setpagedevice showpage /setpagedevice { pop } def",
    ] {
        let job = Job::new()
            .with("PS", format!("%!PS\n{hostile}\n"))
            .with("PS", square(100));
        let pages = job.pages(PLAIN).await;
        assert_eq!(pages.len(), 2, "{hostile}");
        assert_eq!(pages[1].data, last.data, "{hostile}");
    }
}

#[tokio::test]
async fn landscape_turns_text_and_photos_on_the_same_paper() {
    if !GHOSTSCRIPT.is_here().await {
        return;
    }
    let sideways = PageSetup {
        landscape: true,
        ..PLAIN
    };
    for (kind, content) in [("TXT", "Hello".into()), ("JPG", jpeg().await)] {
        let job = Job::new().with(kind, content);
        let [upright, turned] = [job.pages(PLAIN).await, job.pages(sideways).await];
        assert_eq!((upright.len(), turned.len()), (1, 1));
        assert_eq!((turned[0].width, turned[0].height), (1728, 2292));
        assert_ne!(upright[0].data, turned[0].data, "{kind}");
    }
    // A wide page has longer lines, and fewer.
    let long = Job::new().with("TXT", "x\n".repeat(60));
    assert_eq!(long.pages(PLAIN).await.len(), 1);
    assert_eq!(long.pages(sideways).await.len(), 2);
}

#[tokio::test]
async fn greys_become_patterns_only_if_asked_for() {
    if !GHOSTSCRIPT.is_here().await {
        return;
    }
    let job = Job::new().with("PS", "%!PS\n0.8 setgray 0 0 595 842 rectfill showpage\n");
    let empty = Job::new().with("PS", "%!PS\nshowpage\n");
    let grey = PageSetup {
        grey: true,
        ..PLAIN
    };
    let sizes = [
        job.pages(grey).await[0].data.len(),
        job.pages(PLAIN).await[0].data.len(),
        empty.pages(PLAIN).await[0].data.len(),
    ];
    assert!(sizes[0] > 100_000, "{sizes:?}");
    assert_eq!(sizes[1], sizes[2], "light grey is white");
}

#[tokio::test]
async fn a_tiff_alone_is_the_image_and_goes_with_nothing_else() {
    let job = Job::new().with("TIF", b"II*\0and so on");
    let image = job.render(settings(), PLAIN).await.expect("the image");
    assert_eq!(image, job.documents[0].path);

    let small = RendererSettings {
        max_image: 4,
        ..settings()
    };
    assert!(matches!(
        job.error(small).await,
        ImageError::TooLarge { limit: 4 }
    ));
    let two = job.with("TIFF", b"MM\0*");
    assert!(matches!(
        two.error(settings()).await,
        ImageError::TiffAmongOthers
    ));
    let none = Job::new().with("TIF", "%PDF-1.4");
    assert!(matches!(none.error(settings()).await, ImageError::NotTiff));
}

#[tokio::test]
async fn what_cannot_be_shown_is_an_error_and_never_silently_missing() {
    for kind in ["DOC", "HTML", "", "pdf"] {
        assert!(!Renderer::supports(kind));
        let error = Job::new().with(kind, "x").error(settings()).await;
        assert!(
            matches!(error, ImageError::UnsupportedKind { .. }),
            "{error}"
        );
    }
    assert!(matches!(
        Job::new().error(settings()).await,
        ImageError::NoPages
    ));
    if !GHOSTSCRIPT.is_here().await {
        return;
    }
    for (kind, content) in [
        ("PDF", "%PDF-1.4\ngarbage"),
        ("PDF", "garbage"),
        ("PS", "%!PS\n"),
        ("JPG", "garbage"),
        ("PS", "%!PS\nquit"),
    ] {
        let alone = Job::new().with(kind, content);
        let among = Job::new()
            .with("PS", square(100))
            .with(kind, content)
            .with("PS", square(100));
        for job in [alone, among] {
            let error = job.error(settings()).await;
            let known = matches!(error, ImageError::NoPages | ImageError::Failed { .. });
            assert!(known, "{content:?}: {error}");
        }
    }
}

async fn only_page(job: Job) -> Page {
    let mut pages = job.pages(PLAIN).await;
    assert_eq!(pages.len(), 1);
    pages.remove(0)
}

/// A wide photo, as Ghostscript makes them.
async fn jpeg() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("photo.jpg");
    let output = format!("-sOutputFile={}", path.display());
    let drawing = "<< /PageSize [200 100] >> setpagedevice 0 0 50 50 rectfill showpage";
    let options = ["-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=jpeggray", "-r36"];
    let arguments = options.into_iter().chain([&*output, "-c", drawing]);
    run("gs", arguments).await;
    fs::read(path).expect("a photo")
}

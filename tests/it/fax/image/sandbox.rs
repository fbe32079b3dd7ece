//! Whatever a document does, it reads nothing, fills nothing and leaves nothing behind.

use std::{fs, time::Duration};

use chunkgate::fax::image::{ImageError, RendererSettings};

use super::{GHOSTSCRIPT, Job, PLAIN, only_page, settings};
use crate::support::eventually::until;

#[tokio::test]
async fn a_text_stays_text() {
    if !GHOSTSCRIPT.is_here().await {
        return;
    }
    // As code, each of these would end the page, or fail.
    let hostile = ">\nE\n) show\n(/etc/passwd) (r) file\n<> L (/etc/passwd) (r) file\n%!PS\n\\\n";
    let job = Job::new().with("TXT", hostile);
    let text = only_page(job).await;
    let shorter = only_page(Job::new().with("TXT", ">\n")).await;
    assert_ne!(text.data, shorter.data);

    // The same page as a program would be read.
    let error = Job::new().with("PS", hostile).error(settings()).await;
    assert!(matches!(error, ImageError::Failed { .. }), "{error}");
}

#[tokio::test]
async fn utf_8_and_windows_1252_look_the_same() {
    if !GHOSTSCRIPT.is_here().await {
        return;
    }
    let in_utf_8 = only_page(Job::new().with("TXT", "Grüße, 5 € – “é”\n")).await;
    let bytes = b"Gr\xfc\xdfe, 5 \x80 \x96 \x93\xe9\x94\n";
    let in_windows_1252 = only_page(Job::new().with("TXT", bytes)).await;
    assert_eq!(in_utf_8.data, in_windows_1252.data);
}

#[tokio::test]
async fn a_document_reads_and_writes_no_file() {
    if !GHOSTSCRIPT.is_here().await {
        return;
    }
    let elsewhere = tempfile::tempdir().expect("a directory");
    let secret = elsewhere.path().join("secret");
    fs::write(&secret, "showpage").expect("space");
    let written = elsewhere.path().join("written");
    let [secret, written] = [&secret, &written].map(|path| path.display().to_string());
    for attempt in [
        "(/etc/passwd) (r) file".to_owned(),
        format!("({secret}) (r) file"),
        format!("({secret}) run"),
        format!("({written}) (w) file"),
        "(document-1) (w) file".to_owned(),
        format!("({secret}) deletefile"),
        format!("({secret}) ({written}) renamefile"),
        "(%pipe%id) (r) file".to_owned(),
        format!("<< /OutputFile ({written}) >> setpagedevice"),
        // Their number would have no limit.
        "null (w) .tempfile".to_owned(),
    ] {
        let job = Job::new().with("PS", format!("%!PS\n{attempt} showpage\n"));
        match job.error(settings()).await {
            ImageError::Failed { output, .. } => {
                let refused = ["Error: /invalid", "Last OS error: Permission denied"]
                    .iter()
                    .any(|words| output.contains(words));
                assert!(refused, "{attempt}: {output}");
            }
            error => panic!("{attempt}: {error}"),
        }
    }
    let list = "%!PS\n(*) { (found ) print = } 999 string filenameforall showpage never_defined\n";
    let list = list.replace('*', &format!("{}/*", elsewhere.path().display()));
    match Job::new().with("PS", list).error(settings()).await {
        ImageError::Failed { output, .. } => {
            assert!(output.contains("in never_defined"), "{output}");
            assert!(!output.contains("found"), "{output}");
        }
        error => panic!("{error}"),
    }
    assert_eq!(fs::read_dir(elsewhere.path()).expect("it").count(), 1);
}

#[tokio::test]
async fn a_document_that_loops_is_killed_in_time() {
    if !GHOSTSCRIPT.is_here().await {
        return;
    }
    let limit = Duration::from_secs(1);
    let short = RendererSettings {
        timeout: limit,
        ..settings()
    };
    // The second says something all the time.
    for endless in ["{ } loop", "{ (again) = } loop"] {
        let job = Job::new().with("PS", format!("%!PS\n{endless}\n"));
        let error = job.error(short.clone()).await;
        assert!(matches!(error, ImageError::TooLong { .. }), "{error}");
        until("end of its process", async || job.processes().is_empty()).await;
    }
}

#[tokio::test]
async fn a_document_that_takes_memory_is_stopped() {
    if !GHOSTSCRIPT.is_here().await {
        return;
    }
    let job = Job::new().with("PS", "%!PS\n{ 60000 string } loop\n");
    match job.error(settings()).await {
        ImageError::Failed { output, .. } => assert!(output.contains("VMerror"), "{output}"),
        error => panic!("{error}"),
    }
}

#[tokio::test]
async fn an_image_that_grows_is_stopped_at_its_limit() {
    if !GHOSTSCRIPT.is_here().await {
        return;
    }
    let limit = 300_000;
    let small = RendererSettings {
        max_image: limit,
        ..settings()
    };
    let endless = "%!PS\n{ 300 { rand 595 mod rand 842 mod 3 3 rectfill } repeat showpage } loop\n";
    let long = "x".repeat(200_000);
    for (kind, content) in [("PS", endless), ("TXT", &*long)] {
        let error = Job::new().with(kind, content).error(small.clone()).await;
        assert!(
            matches!(error, ImageError::TooLarge { limit: 300_000 }),
            "{error}"
        );
    }
    // What is within the limit is not stopped.
    let job = Job::new().with_sample();
    let image = job.render(small, PLAIN).await.expect("an image");
    assert!(fs::metadata(image).expect("it").len() <= limit);
}

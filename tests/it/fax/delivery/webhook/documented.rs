//! The code in `docs/WEBHOOK.md` works.

use std::{fs, process::Stdio};

use chunkgate::fax::delivery::Delivery;
use serde_json::json;
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    process::{Child, Command},
};

use super::{
    super::support::{attempt, fax},
    gateways::{changed_gateway, gateway, received},
    receiver::Receiver,
    signed::{SECRET, now, sign},
    support::Office,
};
use crate::{
    clients::program::{Program, in_repository, run},
    fax::support::{has_status, send},
    support::{eventually::until, process::free_port},
};

/// The blocks of code in this language.
fn blocks(language: &str) -> Vec<String> {
    let page = fs::read_to_string(in_repository("docs/WEBHOOK.md")).expect("a page");
    let fence = format!("```{language}\n");
    let blocks = page.split(&fence).skip(1);
    let blocks = blocks.filter_map(|rest| rest.split_once("```"));
    blocks.map(|(block, _)| block.to_owned()).collect()
}

/// The block that contains this.
fn block(language: &str, with: &str) -> String {
    let found = blocks(language).into_iter().find(|it| it.contains(with));
    found.unwrap_or_else(|| panic!("{with} in {language}"))
}

/// Lets a program judge a captured request, and others that are not genuine.
async fn judges(name: &'static str, program: &str, extension: &str, code: &str) {
    if !Program(name).is_here().await {
        return;
    }
    let office = Office::new().await;
    office
        .webhook()
        .hand_over(&fax(attempt(42, 1)))
        .await
        .unwrap();
    let request = office.receiver.requests().remove(0);
    let message = request.parts().remove(0).bytes;
    let header = request.header("chunkgate-signature").to_owned();
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join(format!("judge.{extension}"));
    fs::write(&script, code).unwrap();
    let judge = async |header: &str, message: &[u8]| {
        let file = folder.path().join("message");
        fs::write(&file, message).unwrap();
        let arguments = [
            script.as_os_str(),
            SECRET.as_ref(),
            header.as_ref(),
            file.as_os_str(),
        ];
        let said = run(program, arguments).await;
        match said.trim() {
            "yes" => true,
            "no" => false,
            other => panic!("{other}"),
        }
    };
    assert!(judge(&header, &message).await, "it refuses what is genuine");
    let mut changed = message.clone();
    changed[10] ^= 1;
    let wrong = [
        (header.clone(), changed),
        (header.clone(), message[1..].to_vec()),
        (sign("another secret", now(), &message), message.clone()),
        (sign(SECRET, now() - 400, &message), message.clone()),
        (sign(SECRET, now() + 400, &message), message.clone()),
        (header.replace("v1=", "v0="), message.clone()),
        (format!("{header}\n"), message.clone()),
        (String::new(), message.clone()),
    ];
    for (header, message) in wrong {
        assert!(!judge(&header, &message).await, "it believes {header:?}");
    }
}

#[tokio::test]
async fn python_tells_genuine_messages_from_others() {
    let code = block("python", "def genuine(secret");
    let code = format!(
        "{code}\nimport sys\nmessage = open(sys.argv[3], 'rb').read()\n\
         print('yes' if genuine(sys.argv[1].encode(), sys.argv[2], message) else 'no')\n"
    );
    judges("python", "python3", "py", &code).await;
}

#[tokio::test]
async fn php_tells_genuine_messages_from_others() {
    let code = block("php", "function genuine");
    let code = format!(
        "<?php\n{code}\necho genuine($argv[1], $argv[2], file_get_contents($argv[3])) ? 'yes' : 'no';\n"
    );
    judges("php", "php", "php", &code).await;
}

#[tokio::test]
async fn node_tells_genuine_messages_from_others() {
    let code = block("js", "function genuine");
    let code = format!(
        "{code}\nconst message = require('node:fs').readFileSync(process.argv[4]);\n\
         console.log(genuine(process.argv[2], process.argv[3], message) ? 'yes' : 'no');\n"
    );
    judges("node", "node", "js", &code).await;
}

/// A program that serves a port.
struct Served {
    _child: Child,
    _folder: TempDir,
}

async fn serve(folder: TempDir, program: &str, arguments: &[&str], port: u16) -> Served {
    let child = Command::new(program)
        .args(arguments)
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    until("an open port", async || {
        TcpStream::connect(("127.0.0.1", port)).await.is_ok()
    })
    .await;
    Served {
        _child: child,
        _folder: folder,
    }
}

#[tokio::test]
async fn php_sees_the_signed_bytes_in_a_form() {
    if !Program("php").is_here().await {
        return;
    }
    let office = Office::new().await;
    let port = free_port();
    let folder = tempfile::tempdir().unwrap();
    let code = block("php", "function genuine");
    let script = format!(
        "<?php\n{code}\n\
         $fax = json_decode($_POST['fax'], true);\n\
         $ok = genuine('{SECRET}', $_SERVER['HTTP_CHUNKGATE_SIGNATURE'], $_POST['fax']);\n\
         foreach ($fax['documents'] as $it) {{\n\
             $ok = $ok && hash_file('sha256', $_FILES[$it['part']]['tmp_name']) === $it['sha256'];\n\
         }}\n\
         if (!$ok) http_response_code(401);\n\
         echo json_encode(['status' => $ok ? 'accepted' : 'no']);\n"
    );
    fs::write(folder.path().join("index.php"), script).unwrap();
    let address = format!("127.0.0.1:{port}");
    let _php = serve(folder, "php", &["-S", &address, "index.php"], port).await;
    let webhook = office.webhook_with(|it| it.url = format!("http://{address}/fax"));
    for transaction in 1..=3 {
        let attempt = attempt(transaction, 1);
        assert_eq!(webhook.hand_over(&fax(attempt)).await.unwrap(), None);
        assert_eq!(office.phase(attempt).await, "taken");
    }
}

#[tokio::test]
async fn the_first_service_works_when_it_is_pasted() {
    if !Program("python").is_here().await {
        return;
    }
    let port = free_port();
    let nobody = Receiver::start().await;
    let secret = "0123456789abcdef0123456789abcdef";
    let gateway = changed_gateway(&nobody, |settings| {
        settings.webhook.url = Some(format!("http://127.0.0.1:{port}/fax"));
        settings.webhook.cancel_url = None;
        settings.webhook.secret = Some(chunkgate::settings::Secret::new(secret));
    })
    .await;
    let code = block("python", "serve_forever");
    assert!(code.lines().count() <= 50);
    for expected in [":8081/", "9000)", secret] {
        assert!(code.contains(expected), "{expected}");
    }
    let code = code
        .replace(":8081/", &format!(":{}/", gateway.admin_address.port()))
        .replace("9000)", &format!("{port})"));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("receiver.py"), code).unwrap();
    let _python = serve(folder, "python3", &["receiver.py"], port).await;
    let mut client = gateway.client();
    for text in [
        "Hello",
        "with\r\n--dashes--\r\n\r\nand lines\r\n",
        "\r",
        "\n",
    ] {
        let id = send(&mut client, text).await;
        has_status(&mut client, id, 0).await;
    }
    gateway.stop().await;
}

#[tokio::test]
async fn curl_and_openssl_say_how_a_fax_ended() {
    if !Program("curl").is_here().await {
        return;
    }
    let receiver = Receiver::start().await;
    let gateway = gateway(&receiver).await;
    let (id, key, _) = received(&gateway, &receiver, "text").await;
    let code = block("sh", "openssl dgst");
    assert!(code.contains("127.0.0.1:8081"));
    let code = code.replace("127.0.0.1:8081", &gateway.admin_address.to_string());
    let script = format!("KEY='{key}'\nSECRET='{SECRET}'\n{code}");
    let said = run("sh", ["-e", "-c", &script]).await;
    assert_eq!(said.trim(), json!({"status": "ok"}).to_string());
    has_status(&mut gateway.client(), id, 0).await;
    gateway.stop().await;
}

#[test]
fn the_page_names_settings_that_exist() {
    let code = block("sh", "CHUNKGATE__WEBHOOK__URL");
    let variables = code
        .lines()
        .filter_map(|line| line.strip_prefix("export CHUNKGATE__"))
        .map(|line| line.split_once('=').expect("a value").0);
    let known = fs::read_to_string(in_repository("config/chunkgate.example.toml"));
    let known = known.expect("an example");
    for variable in variables {
        let (section, key) = variable.split_once("__").expect("a section");
        let (section, key) = (section.to_lowercase(), key.to_lowercase());
        let after = known.split_once(&format!("[{section}]")).expect(&section).1;
        assert!(after.contains(&format!("{key} =")), "{section}.{key}");
    }
}

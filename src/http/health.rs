//! Whether the gateway lives, and whether it can serve.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use actix_web::{HttpResponse, http::header::CONTENT_TYPE, web};
use futures_util::future::join_all;
use serde::Serialize;
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use super::{holding, webhook};
use crate::{
    content::SharedStore,
    fax::{outbox::Deliveries, repository::FaxRepository},
    store::postgres::Database,
    telemetry::{
        logs,
        metrics::{self, Metrics},
    },
};

/// How long one part may take to show that it works.
const WITHIN: Duration = Duration::from_secs(3);
/// How long a finding is passed on to further questions: each writes to the disk.
const FRESH: Duration = Duration::from_millis(500);

/// Asks the parts a request depends on.
pub struct Health {
    database: Database,
    store: SharedStore,
    deliveries: Deliveries,
    faxes: Arc<dyn FaxRepository>,
    last: Mutex<Option<(Instant, Arc<Findings>)>>,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Findings {
    ready: bool,
    database: Finding,
    content: Finding,
    /// What faxes leave by. One that is away makes them wait, and nothing else: the gateway goes
    /// on taking them, so this says nothing about its being ready.
    deliveries: BTreeMap<String, Finding>,
    /// Whether log lines are written. Who loses them is served all the same.
    log: Finding,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Finding {
    Ok,
    Failed(String),
}

impl Health {
    /// Asks this database, this store and these deliveries.
    pub fn new(
        database: Database,
        store: SharedStore,
        deliveries: Deliveries,
        faxes: Arc<dyn FaxRepository>,
    ) -> Self {
        Self {
            database,
            store,
            deliveries,
            faxes,
            last: Mutex::new(None),
        }
    }

    async fn findings(&self) -> Arc<Findings> {
        // Held while asking, so that many who ask at once cause one look.
        let mut last = self.last.lock().await;
        if let Some((when, findings)) = &*last
            && when.elapsed() < FRESH
        {
            return Arc::clone(findings);
        }
        let (database, content, deliveries) = tokio::join!(
            finding(async { self.database.ping().await.map_err(|e| e.to_string()) }),
            finding(async {
                self.store.admit().map_err(|e| e.to_string())?;
                self.store.probe().await.map_err(|e| e.to_string())
            }),
            self.deliveries(),
        );
        let ready = matches!((&database, &content), (Finding::Ok, Finding::Ok));
        let findings = Arc::new(Findings {
            ready,
            database,
            content,
            deliveries,
            log: logs::failing().map_or(Finding::Ok, Finding::Failed),
        });
        *last = Some((Instant::now(), Arc::clone(&findings)));
        findings
    }
}

impl Health {
    async fn deliveries(&self) -> BTreeMap<String, Finding> {
        let questions = self.deliveries.all().map(async |delivery| {
            let probe = async { delivery.probe().await.map_err(|e| e.to_string()) };
            (delivery.name().to_owned(), finding(probe).await)
        });
        let mut findings: BTreeMap<_, _> = join_all(questions).await.into_iter().collect();
        // Faxes may wait for one that was set up once, or at another gateway.
        let totals = self.faxes.outbox_totals().await.unwrap_or_default();
        for total in totals {
            findings.entry(total.delivery).or_insert_with(|| {
                Finding::Failed("faxes wait for it, and it is not set up here".to_owned())
            });
        }
        findings
    }
}

async fn finding(question: impl Future<Output = Result<(), String>>) -> Finding {
    match timeout(WITHIN, question).await {
        Ok(Ok(())) => Finding::Ok,
        Ok(Err(why)) => Finding::Failed(why),
        Err(_elapsed) => Finding::Failed(format!("no answer within {} s", WITHIN.as_secs())),
    }
}

/// `/healthz`: the process serves requests.
pub async fn healthz(payload: web::Payload) -> HttpResponse {
    let answer = HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ok\n");
    holding(answer, payload)
}

async fn readyz(health: web::Data<Health>) -> HttpResponse {
    let findings = health.findings().await;
    let mut answer = if findings.ready {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    answer.json(&*findings)
}

async fn metrics(metrics: web::Data<Metrics>) -> HttpResponse {
    metrics::log_lines_lost(logs::lost());
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(metrics.render())
}

/// The routes of the operators' port.
pub fn admin_routes(config: &mut web::ServiceConfig) {
    config
        .route("/healthz", web::get().to(healthz))
        .route("/healthz", web::head().to(healthz))
        .route("/readyz", web::get().to(readyz))
        .route("/readyz", web::head().to(readyz))
        .route("/metrics", web::get().to(metrics))
        .route("/metrics", web::head().to(metrics))
        .configure(webhook::routes);
}

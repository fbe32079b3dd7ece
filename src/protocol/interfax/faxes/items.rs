//! Faxes in the vendor's structures.

use time::OffsetDateTime;

use crate::{fax::item::FaxItem, soap::Value};

/// The fields of `FaxItem`: the least there is to know.
pub fn fax_item(item: &FaxItem) -> Value {
    Value::structure()
        .field("TransactionID", item.id.0)
        .field("SubmitTime", time(Some(item.created_at)))
        .field("PostponeTime", time(item.options.postponed_until))
        .field("CompletionTime", time(item.ended_at))
        .field("DestinationFax", item.recipient.as_str())
        .field("RemoteCSID", item.remote_csid.as_str())
        .field("PagesSent", short(item.pages_sent))
        .field("Status", item.status)
        .field("Duration", int(item.duration))
        .field("Subject", item.options.subject.as_str())
        // Nobody counts pages before a fax is sent.
        .field("PagesSubmitted", short(item.pages_sent))
}

/// The fields of `FaxItemEx`.
pub fn fax_item_ex(item: &FaxItem) -> Value {
    let options = &item.options;
    Value::structure()
        .field("ParentTransactionID", item.parent.0)
        .field("TransactionID", item.id.0)
        .field("SubmitTime", time(Some(item.created_at)))
        .field("PostponeTime", time(options.postponed_until))
        .field("CompletionTime", time(item.ended_at))
        .field("UserID", item.user.as_str())
        .field("Contact", item.contact.as_str())
        .field("JobID", options.job_id.as_str())
        .field("DestinationFax", item.recipient.as_str())
        .field("ReplyEmail", options.reply_address.as_str())
        .field("RemoteCSID", item.remote_csid.as_str())
        .field("PagesSent", short(item.pages_sent))
        .field("Status", item.status)
        .field("Duration", int(item.duration))
        .field("Subject", options.subject.as_str())
        .field("PagesSubmitted", short(item.pages_sent))
        .field("SenderCSID", options.sender_csid.as_str())
        // Nothing is charged here, and all faxes are alike.
        .field("Priority", 0_i16)
        .field("Units", "0")
        .field("CostPerUnit", "0")
        .field("PageSize", options.page_size.as_str())
        .field(
            "PageOrientation",
            if options.landscape {
                "Landscape"
            } else {
                "Portrait"
            },
        )
        .field(
            "PageResolution",
            if options.high_resolution {
                "Fine"
            } else {
                "Standard"
            },
        )
        .field(
            "RenderingQuality",
            if options.fine_rendering {
                "Grayscale"
            } else {
                "BlackAndWhite"
            },
        )
        .field("PageHeader", options.page_header.as_str())
        .field("RetriesToPerform", short(options.retries))
        .field("TrialsPerformed", short(item.trials))
}

/// The fields of `FaxItemEx2` and of `FaxItemEx3`, which differ in the size of their numbers only.
pub fn fax_item_ex_2(item: &FaxItem) -> Value {
    fax_item_ex(item)
        .field("LocaleID", 0)
        .field("GMTBias", 0)
        .field("RetriesInterval", 0)
        .field("UserData", "")
        .field("DeleteAfterUsage", "")
        .field("Mode", "")
        .field("NumOfTransactions", int(item.batch_size))
        .field("MessageID", "")
}

fn time(time: Option<OffsetDateTime>) -> Value {
    Value::date_time(time)
}

fn short(number: u32) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX)
}

/// A number as far as the protocol's `int` goes.
pub fn int(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

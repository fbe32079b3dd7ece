//! The vendor's own types: names, order and optionality are those of the description.
//!
//! The examples show a fax of one page that arrived, and a search that finds it.

use crate::soap::{Array, Enumeration, Field, Structure, Type};

const TRANSACTION_ID: &str = "123456";

/// A fax in short.
pub const FAX_ITEM: Structure = Structure {
    name: "FaxItem",
    fields: &[
        Field::new("TransactionID", Type::Int).example(TRANSACTION_ID),
        Field::new("SubmitTime", Type::DateTime),
        Field::new("PostponeTime", Type::DateTime),
        Field::new("CompletionTime", Type::DateTime),
        Field::new("DestinationFax", Type::String).example("+1-212-5550100"),
        Field::new("RemoteCSID", Type::String).example("+1 212 5550100"),
        Field::new("PagesSent", Type::Short).example("1"),
        Field::new("Status", Type::Int),
        Field::new("Duration", Type::Int).example("30"),
        Field::new("Subject", Type::String).example("Hello"),
        Field::new("PagesSubmitted", Type::Short).example("1"),
    ],
    is_reference: false,
};

/// Faxes in short.
pub const ARRAY_OF_FAX_ITEM: Array = array_of("ArrayOfFaxItem", &FAX_ITEM);

/// A fax with its details: the first 27 of [`FAX_ITEM_EX2`].
pub const FAX_ITEM_EX: Structure = Structure {
    name: "FaxItemEx",
    fields: FAX_ITEM_EX2.fields.split_at(27).0,
    is_reference: false,
};

/// Faxes with their details.
pub const ARRAY_OF_FAX_ITEM_EX: Array = array_of("ArrayOfFaxItemEx", &FAX_ITEM_EX);

/// A fax with more details.
pub const FAX_ITEM_EX2: Structure = Structure {
    name: "FaxItemEx2",
    fields: &details(Type::Int),
    is_reference: false,
};

/// Faxes with more details.
pub const ARRAY_OF_FAX_ITEM_EX2: Array = array_of("ArrayOfFaxItemEx2", &FAX_ITEM_EX2);

/// A fax with more details, and transactions of 64 bits.
pub const FAX_ITEM_EX3: Structure = Structure {
    name: "FaxItemEx3",
    fields: &details(Type::Long),
    is_reference: false,
};

/// Faxes with more details, and transactions of 64 bits.
pub const ARRAY_OF_FAX_ITEM_EX3: Array = array_of("ArrayOfFaxItemEx3", &FAX_ITEM_EX3);

/// What is told of a fax, with transactions of the type `id`.
const fn details(id: Type) -> [Field; 35] {
    [
        Field::new("ParentTransactionID", id).example(TRANSACTION_ID),
        Field::new("TransactionID", id).example(TRANSACTION_ID),
        Field::new("SubmitTime", Type::DateTime),
        Field::new("PostponeTime", Type::DateTime),
        Field::new("CompletionTime", Type::DateTime),
        Field::new("UserID", Type::String).example("office"),
        Field::new("Contact", Type::String).example("Ann"),
        Field::new("JobID", Type::String).example("4711"),
        Field::new("DestinationFax", Type::String).example("+1-212-5550100"),
        Field::new("ReplyEmail", Type::String).example("office@example.com"),
        Field::new("RemoteCSID", Type::String).example("+1 212 5550100"),
        Field::new("PagesSent", Type::Short).example("1"),
        Field::new("Status", Type::Int),
        Field::new("Duration", Type::Int).example("30"),
        Field::new("Subject", Type::String).example("Hello"),
        Field::new("PagesSubmitted", Type::Short).example("1"),
        Field::new("SenderCSID", Type::String).example("chunkgate"),
        Field::new("Priority", Type::Short),
        Field::new("Units", Type::Decimal),
        Field::new("CostPerUnit", Type::Decimal),
        Field::new("PageSize", Type::String).example("A4"),
        Field::new("PageOrientation", Type::String).example("Portrait"),
        Field::new("PageResolution", Type::String).example("Fine"),
        Field::new("RenderingQuality", Type::String).example("BlackAndWhite"),
        Field::new("PageHeader", Type::String).example("To: {To}"),
        Field::new("RetriesToPerform", Type::Short).example("3"),
        Field::new("TrialsPerformed", Type::Short).example("1"),
        // Here FaxItemEx ends.
        Field::new("LocaleID", Type::Int),
        Field::new("GMTBias", Type::Int),
        Field::new("RetriesInterval", Type::Int),
        Field::new("UserData", Type::String).example(""),
        Field::new("DeleteAfterUsage", Type::String).example(""),
        Field::new("Mode", Type::String).example(""),
        Field::new("NumOfTransactions", Type::Int).example("1"),
        Field::new("MessageID", Type::String).example(""),
    ]
}

/// The conditions of a search: all of them are to be met.
pub const QUERY_FORM: Structure = Structure {
    name: "QueryForm",
    fields: &[
        Field::new("Subject", Type::Structure(&QUERY_CONDITION)),
        Field::new("FaxNumber", Type::Structure(&QUERY_CONDITION)),
        Field::new("DateFrom", Type::DateTime),
        Field::new("DateTo", Type::DateTime).example("2099-12-31T00:00:00Z"),
        Field::new("UserID", Type::Structure(&QUERY_CONDITION)),
        Field::new("ReplyAddress", Type::Structure(&QUERY_CONDITION)),
        Field::new("TransactionID", Type::Structure(&ON_TRANSACTIONS)),
        Field::new("ParentTransactionID", Type::Structure(&ON_TRANSACTIONS)),
        Field::new("Status", Type::Structure(&ON_STATUS)),
        Field::new("ShowHiddenTransactions", Type::Boolean),
    ],
    is_reference: false,
};

/// A condition on a text or a number; any text meets the example.
pub const QUERY_CONDITION: Structure = Structure {
    name: "QueryCondition",
    fields: &condition("Like", "%"),
    is_reference: false,
};

// The same type with examples that are numbers.
const ON_TRANSACTIONS: Structure = Structure {
    fields: &condition("GreaterThan", "0"),
    ..QUERY_CONDITION
};
const ON_STATUS: Structure = Structure {
    fields: &condition("LessOrEqual", "0"),
    ..QUERY_CONDITION
};

/// How something is compared, and with what.
const fn condition(verb: &'static str, data: &'static str) -> [Field; 2] {
    [
        Field::new("Verb", Type::Enumeration(&SQL_OPERATOR_ENUM)).example(verb),
        Field::new("VerbData", Type::String).example(data),
    ]
}

/// How something is compared.
pub const SQL_OPERATOR_ENUM: Enumeration = Enumeration {
    name: "SQLOperatorEnum",
    values: &[
        "Equals",
        "GreaterThan",
        "GreaterOrEqual",
        "LessThan",
        "LessOrEqual",
        "Like",
        "IncludedIn",
        "Between",
        // Clients that were generated before 2015 do not have these.
        "NotEquals",
        "Missing",
        "Exists",
    ],
};

/// What a search is to return.
pub const QUERY_CONTROL: Structure = Structure {
    name: "QueryControl",
    fields: &[
        Field::new("OnlyParents", Type::Boolean),
        Field::new("NumOfResults", Type::Int).example("10"),
        Field::new("StartingRecord", Type::Int),
        Field::new("OrderBy", Type::Enumeration(&ORDER_BY_COLUMN_ENUM)),
        Field::new("AscOrderDirection", Type::Boolean),
        Field::new("ReturnItems", Type::Boolean).example("true"),
        Field::new("ReturnStats", Type::Boolean).example("true"),
    ],
    is_reference: false,
};

/// What a search is to return, for transactions of 64 bits.
pub const QUERY_CONTROL3: Structure = Structure {
    name: "QueryControl3",
    fields: &[
        Field::new("OnlyParents", Type::Boolean),
        Field::new("NumOfResults", Type::Int).example("10"),
        Field::new("StartingRecord", Type::Long),
        Field::new("OrderBy", Type::Enumeration(&ORDER_BY_COLUMN_ENUM)),
        Field::new("AscOrderDirection", Type::Boolean),
        Field::new("ReturnItems", Type::Boolean).example("true"),
        Field::new("ReturnStats", Type::Boolean).example("true"),
        Field::new("UseMainQueue", Type::Boolean).example("true"),
    ],
    is_reference: true,
};

/// What found faxes are ordered by.
pub const ORDER_BY_COLUMN_ENUM: Enumeration = Enumeration {
    name: "OrderByColumnEnum",
    values: &[
        "TransactionID",
        "SubmitTime",
        "CompletionTime",
        "Status",
        "DestinationFax",
        "Subject",
        "PagesSent",
        "UserID",
        "ReplyEmail",
    ],
};

/// What a search found.
pub const FAX_QUERY_RESULT: Structure = Structure {
    name: "FaxQueryResult",
    fields: &found(&ARRAY_OF_FAX_ITEM_EX2),
    is_reference: false,
};

/// What a search found, with transactions of 64 bits.
pub const FAX_QUERY_RESULT3: Structure = Structure {
    name: "FaxQueryResult3",
    fields: &found(&ARRAY_OF_FAX_ITEM_EX3),
    is_reference: true,
};

/// What is told of a search that found `faxes`.
const fn found(faxes: &'static Array) -> [Field; 5] {
    [
        Field::new("ResultCode", Type::Int),
        Field::new("FaxItems", Type::Array(faxes)),
        Field::new("Stats", Type::Array(&ARRAY_OF_STATUS_COUNT)),
        Field::new("ErrorsDescriptionHTMLFormat", Type::String).example(""),
        Field::new("TotalTransactionsNum", Type::Int).example("1"),
    ]
}

/// How many faxes have a status.
pub const STATUS_COUNT: Structure = Structure {
    name: "StatusCount",
    fields: &[
        Field::new("Status", Type::Int),
        Field::new("Count", Type::Int).example("1"),
    ],
    is_reference: false,
};

/// How many faxes have each status.
pub const ARRAY_OF_STATUS_COUNT: Array = array_of("ArrayOfStatusCount", &STATUS_COUNT);

/// The code of an error, and what it means.
pub const ERROR_MESSAGE: Structure = Structure {
    name: "ErrorMessage",
    fields: &[
        Field::new("Code", Type::Int).example("-1003"),
        Field::new("Description", Type::String).example("Authentication error"),
    ],
    is_reference: true,
};

/// The codes of errors, and what they mean.
pub const ARRAY_OF_ERROR_MESSAGE: Array = array_of("ArrayOfErrorMessage", &ERROR_MESSAGE);

/// An array of `items`, whose elements have the name of their type.
const fn array_of(name: &'static str, items: &'static Structure) -> Array {
    Array {
        name,
        item: items.name,
        of: items,
        // What may be missing may be null.
        nillable: items.is_reference,
    }
}

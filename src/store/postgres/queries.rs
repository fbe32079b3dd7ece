//! The statements, one a file in `sql/queries`.

macro_rules! queries {
    ($($(#[$doc:meta])* $constant:ident = $file:literal;)*) => {
        $(
            #[doc = concat!("`sql/queries/", $file, ".sql`")]
            pub const $constant: &str = include_str!(concat!("../../../sql/queries/", $file, ".sql"));
        )*

        /// Every statement with its file's name.
        pub const ALL: &[(&str, &str)] = &[$(($file, $constant)),*];
    };
}

queries! {
    ADD_ACCOUNT = "add_account";
    ANSWER_REPEATED_APPEND = "answer_repeated_append";
    CANCEL_SESSION = "cancel_session";
    COMMIT_APPENDS = "commit_appends";
    CONSUME_SESSION = "consume_session";
    CONTENT_STORES = "content_stores";
    CONTENT_TOTALS = "content_totals";
    DELETE_ENDED_SESSIONS = "delete_ended_sessions";
    END_BOOT = "end_boot";
    EXPIRE_SESSIONS = "expire_sessions";
    EXPLAIN_APPEND = "explain_append";
    FENCE_SESSION = "fence_session";
    FIND_ACCOUNT = "find_account";
    FIND_COMMITTED_APPEND = "find_committed_append";
    FIND_SESSION = "find_session";
    GREATEST_SEGMENT = "greatest_segment";
    LIST_ACCOUNTS = "list_accounts";
    LIST_SESSIONS = "list_sessions";
    LIVE_SESSIONS_WITH_CONTENT = "live_sessions_with_content";
    MARK_APPEND_SUSPECT = "mark_append_suspect";
    REGISTER_BOOT = "register_boot";
    REGISTER_STORE = "register_store";
    REMOVE_ACCOUNT = "remove_account";
    SEGMENTS_IN_USE = "segments_in_use";
    SESSION_EXTENTS = "session_extents";
    SESSION_STATUS = "session_status";
    START_SESSION = "start_session";
    UPDATE_ACCOUNT = "update_account";
}

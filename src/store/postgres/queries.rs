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
    ACCEPT_CLOCK = "accept_clock";
    ADD_ACCOUNT = "add_account";
    ADOPT_STORE = "adopt_store";
    ANSWER_REPEATED_APPEND = "answer_repeated_append";
    ATTEMPTS_UNDER_WAY = "attempts_under_way";
    BEGIN_ATTEMPT = "begin_attempt";
    CANCEL_SESSION = "cancel_session";
    CANCEL_WAITING_FAXES = "cancel_waiting_faxes";
    CHANGE_ATTEMPT = "change_attempt";
    CLAIM_FAXES = "claim_faxes";
    COMMIT_APPENDS = "commit_appends";
    CONTENT_STORES = "content_stores";
    CONTENT_TOTALS = "content_totals";
    COUNT_FAXES = "count_faxes";
    COUNT_RESENDS = "count_resends";
    DELETE_ENDED_SESSIONS = "delete_ended_sessions";
    DELETE_OLD_FAXES = "delete_old_faxes";
    DROP_FAX_DOCUMENTS = "drop_fax_documents";
    DROP_UNDELETABLE = "drop_undeletable";
    END_BOOT = "end_boot";
    END_FAX = "end_fax";
    EXPIRE_SESSIONS = "expire_sessions";
    EXPLAIN_APPEND = "explain_append";
    FAX_BATCH = "fax_batch";
    FAX_CONTENT = "fax_content";
    FAX_DOCUMENTS = "fax_documents";
    FAXES_BY_ID = "faxes_by_id";
    FENCE_SESSION = "fence_session";
    FIND_ACCOUNT = "find_account";
    FIND_COMMITTED_APPEND = "find_committed_append";
    FIND_REPEATED_SUBMISSION = "find_repeated_submission";
    FIND_SESSION = "find_session";
    FORGET_ATTEMPT = "forget_attempt";
    HANDED_OVER_FAXES = "handed_over_faxes";
    HASTEN_FAX = "hasten_fax";
    HIDE_FAXES = "hide_faxes";
    KEPT_ATTEMPTS = "kept_attempts";
    KNOWN_ATTEMPTS = "known_attempts";
    LIST_ACCOUNTS = "list_accounts";
    LIST_ALL_FAXES = "list_all_faxes";
    LIST_FAXES = "list_faxes";
    LIST_SESSIONS = "list_sessions";
    LIVE_SESSIONS_WITH_CONTENT = "live_sessions_with_content";
    LIVING_BOOT = "living_boot";
    MARK_APPEND_SUSPECT = "mark_append_suspect";
    MARK_HANDED_OVER = "mark_handed_over";
    MARK_STORE = "mark_store";
    NAMED_BYTES = "named_bytes";
    NAMED_SEGMENTS = "named_segments";
    NEXT_DUE_FAX = "next_due_fax";
    OUTBOX_TOTALS = "outbox_totals";
    OVERDUE_FAXES = "overdue_faxes";
    PUT_BACK_FAX = "put_back_fax";
    READ_CLOCK = "read_clock";
    REFUSE_CANCELLATION = "refuse_cancellation";
    REGISTER_BOOT = "register_boot";
    REGISTER_STORE = "register_store";
    RELEASE_STORE = "release_store";
    REMOVE_ACCOUNT = "remove_account";
    RELEASE_LEASES = "release_leases";
    REQUEST_CANCELLATION = "request_cancellation";
    REQUEUE_FAX = "requeue_fax";
    RESEND_FAX = "resend_fax";
    RETRY_FAX = "retry_fax";
    SEARCH_FAXES = "search_faxes";
    SEARCH_STATISTICS = "search_statistics";
    SEGMENTS_IN_USE = "segments_in_use";
    SESSION_DOUBTS = "session_doubts";
    SESSION_EXTENTS = "session_extents";
    SESSION_STATUS = "session_status";
    SET_CLOCK = "set_clock";
    START_SESSION = "start_session";
    SUBMIT_FAX = "submit_fax";
    TEST_FAX = "test_fax";
    UNDELETE_SESSION = "undelete_session";
    UPDATE_ACCOUNT = "update_account";
}

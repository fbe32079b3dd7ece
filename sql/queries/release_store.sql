-- Lets the segments of store $1 that were kept be reclaimed.
UPDATE content_store SET kept_to = 0 WHERE id = $1

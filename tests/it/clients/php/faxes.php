<?php
// Sends faxes with any PHP client, and prints what the service answers.

// PHP does not look there itself.
date_default_timezone_set(getenv('TZ') ?: 'UTC');

/**
 * What a client does for the story: $call(operation, parameters) returns the fields of the answer,
 * $encode makes a parameter of bytes, $decode bytes of a result.
 */
final class Faxes
{
    private const NUMBER = '+1-212-5550100';

    public function __construct(
        private Closure $call,
        private Closure $encode,
        private Closure $decode,
        private string $user,
        private string $password,
    ) {
    }

    public function tell(string $pdf, string $text, int $chunk_size, bool $with_image): void
    {
        $this->ask();
        [$pdf, $text] = [file_get_contents($pdf), file_get_contents($text)];
        $session = $this->upload($pdf . $text, $chunk_size);
        $sizes = strlen($pdf) . ';' . strlen($text) . "/sessionID=$session";
        $fax = $this->submit($sizes);
        echo "fax $fax\nsame session ", $this->submit($sizes), "\n";
        $this->wait($fax);
        $this->look_up($fax);
        echo 'inline ', $this->result('Sendfax', [
            'FaxNumber' => self::NUMBER, 'FileData' => ($this->encode)($text), 'FileType' => 'TXT',
        ]), "\n";
        echo 'text ', $this->result('SendCharFax', [
            'FaxNumber' => self::NUMBER, 'Data' => $text, 'FileType' => 'TXT',
        ]), "\n";
        $this->cancel_batch($text);
        if ($with_image) {
            $answer = $this->call('GetFaxImage', ['TransactionID' => $fax]);
            $image = ($this->decode)($answer['Image']);
            echo 'image ', bin2hex(substr($image, 0, 4)), ', ', strlen($image), " bytes\n";
        }
        echo 'hide ', $this->result('HideFax', ['TransactionID' => $fax]), "\n";
        $hidden = $this->status('FaxStatus', $fax);
        echo 'hidden, ', count(items($hidden, 'FaxStatusResult', 'FaxItem')), " listed\n";
        echo 'again ', $this->result('ReSendFax', [
            'TransactionID' => $fax, 'FaxNumber' => '+49 30 5550199',
        ]), "\n";
        $this->password .= ' ';
        $refused = $this->status('FaxStatus', $fax);
        echo 'wrong password ', $this->submit($sizes), ", status {$refused['ResultCode']}\n";
    }

    private function ask(): void
    {
        $call = $this->call;
        echo 'types ', $call('GetSupportedFileTypes', [])['GetSupportedFileTypesResult'], "\n";
        foreach (['PDF', 'XYZ'] as $type) {
            $answer = $call('IsSupportedFileType', ['FileType' => $type]);
            $is_taken = filter_var($answer['IsSupportedFileTypeResult'], FILTER_VALIDATE_BOOL);
            echo "$type ", $is_taken ? 'true' : 'false', "\n";
        }
        $meaning = $call('GetErrorDescription', ['code' => -1062])['GetErrorDescriptionResult'];
        echo "-1062 $meaning\n";
        $codes = $call('GetAllErrorCodes', []);
        echo 'codes ', count(items($codes, 'GetAllErrorCodesResult', 'ErrorMessage')), "\n";
    }

    private function upload(string $documents, int $chunk_size): string
    {
        $session = $this->call('StartFileUpload', [])['SessionID'];
        $chunks = str_split($documents, $chunk_size);
        foreach ($chunks as $index => $chunk) {
            echo 'total ', ($this->call)('UploadFileChunk', [
                'SessionID' => $session,
                'Chunk' => ($this->encode)($chunk),
                'IsLast' => $index === count($chunks) - 1,
            ])['UploadFileChunkResult'], "\n";
        }
        return $session;
    }

    private function submit(string $sizes): string
    {
        return $this->result('SendfaxEx_2', [
            'FaxNumbers' => self::NUMBER,
            'Contacts' => 'Ann',
            'FileTypes' => 'PDF;TXT',
            'FileSizes' => $sizes,
            'Postpone' => date(DATE_ATOM, time() - 86400),
            'RetriesToPerform' => 2,
            'CSID' => '+49 30 1234567',
            'JobID' => '4711',
            'Subject' => 'Angebot für März',
            'PageSize' => 'A4',
            'PageOrientation' => 'Portrait',
            'IsHighResolution' => true,
            'IsFineRendering' => false,
        ]);
    }

    /** The newest fax up to this one. */
    private function status(string $operation, int $fax): array
    {
        // LastTransactionID itself is not listed. The last three are `ref`, and have to be there.
        return $this->call($operation, [
            'LastTransactionID' => $fax + 1, 'MaxItems' => 1,
            'TotalCount' => 0, 'ListSize' => 0, 'ResultCode' => 0,
        ]);
    }

    private function wait(int $fax): void
    {
        $deadline = microtime(true) + 10;
        do {
            usleep(50_000);
            $answer = $this->status('FaxStatus', $fax);
            $item = items($answer, 'FaxStatusResult', 'FaxItem')[0];
        } while ($item['Status'] != 0 && microtime(true) < $deadline);
        echo "status {$item['Status']}, {$item['PagesSent']} pages to {$item['DestinationFax']}, ",
            "result {$answer['ResultCode']}, {$answer['ListSize']} listed\n",
            "subject {$item['Subject']}\n";
    }

    private function look_up(int $fax): void
    {
        $answer = $this->status('FaxStatusEx', $fax);
        $item = items($answer, 'FaxStatusExResult', 'FaxItemEx')[0];
        echo "details {$item['Contact']}, {$item['JobID']}, {$item['SenderCSID']}, ",
            "{$item['RemoteCSID']}, {$item['PageSize']}, trial {$item['TrialsPerformed']}\n";

        $answer = $this->query('EQ', $fax);
        $found = items($answer, 'FaxQueryResult', 'FaxItemEx');
        echo "query {$answer['ResultCode']}, ", count($found), " listed, {$found[0]['Duration']} s, ",
            "{$found[0]['Units']} units\n",
            'submitted ', strtotime($found[0]['SubmitTime']), "\n";

        $answer = $this->search($fax);
        $found = items($answer, 'FaxItems', 'FaxItemEx2');
        $stats = items($answer, 'Stats', 'StatusCount')[0];
        echo "search {$answer['ResultCode']}, ", count($found), ' listed, ',
            "{$found[0]['NumOfTransactions']} in batch, {$stats['Count']} of status {$stats['Status']}, ",
            "{$answer['TotalTransactionsNum']} in all\n";

        $xml = $this->status('FaxStatusXML', $fax)['FaxStatusXMLResult'];
        $item = simplexml_load_string($xml)->FaxItemEx;
        echo "xml $item->TransactionID $item->Subject\n";
    }

    private function query(string $verb, int $id): array
    {
        return $this->call('FaxQuery', [
            'Verb' => $verb, 'VerbData' => (string) $id, 'MaxItems' => 10, 'ResultCode' => 0,
        ]);
    }

    private function search(int $fax): array
    {
        // Everything in the form has to be there; what is empty is no condition.
        $any = ['Verb' => 'Equals', 'VerbData' => ''];
        $form = array_fill_keys(
            ['Subject', 'FaxNumber', 'UserID', 'ReplyAddress', 'ParentTransactionID', 'Status'],
            $any,
        );
        $form['TransactionID'] = ['Verb' => 'Equals', 'VerbData' => (string) $fax];
        $form['DateFrom'] = date(DATE_ATOM, time() - 86400);
        $form['DateTo'] = date(DATE_ATOM, time() + 86400);
        $form['ShowHiddenTransactions'] = false;
        $control = [
            'OnlyParents' => false, 'NumOfResults' => 10, 'StartingRecord' => 0,
            'OrderBy' => 'TransactionID', 'AscOrderDirection' => true,
            'ReturnItems' => true, 'ReturnStats' => true,
        ];
        $answer = $this->call('FaxQuery2', ['QueryForm' => $form, 'QueryControl' => $control]);
        return $answer['FaxQuery2Result'];
    }

    private function cancel_batch(string $text): void
    {
        $batch = $this->result('SendfaxEx_2', [
            'FaxNumbers' => '+1-212-5550101;+1-212-5550102;+1-212-5550103',
            'FilesData' => ($this->encode)($text),
            'FileTypes' => 'TXT',
            'FileSizes' => (string) strlen($text),
            'Postpone' => date(DATE_ATOM, time() + 86400),
            'RetriesToPerform' => 0,
            'IsHighResolution' => false,
            'IsFineRendering' => false,
        ]);
        $faxes = items($this->query('PARENT', $batch), 'FaxQueryResult', 'FaxItemEx');
        $completed = (int) $faxes[0]['CompletionTime'];
        $postponed = round((strtotime($faxes[0]['PostponeTime']) - time()) / 3600);
        echo "batch $batch\nbatch of ", count($faxes), ", completed in year $completed, ",
            "postponed by $postponed h\n";
        echo 'cancel batch ', $this->result('CancelBatch', ['ParentTransactionID' => $batch]), "\n";
        $one = $faxes[0]['TransactionID'];
        echo 'cancel again ', $this->result('CancelFax', ['TransactionID' => $one]), "\n";
        $cancelled = items($this->query('EQ', $one), 'FaxQueryResult', 'FaxItemEx')[0];
        echo "cancelled with status {$cancelled['Status']}\n";
    }

    private function result(string $operation, array $parameters): string
    {
        return (string) $this->call($operation, $parameters)["{$operation}Result"];
    }

    private function call(string $operation, array $parameters): array
    {
        $log_in = ['Username' => $this->user, 'Password' => $this->password];
        return ($this->call)($operation, $log_in + $parameters);
    }
}

/** The items of an array in an answer: a client may make something else of none or one. */
function items(array $answer, string $array, string $item): array
{
    $items = ((array) ($answer[$array] ?? []))[$item] ?? [];
    return array_is_list($items) ? $items : [$items];
}

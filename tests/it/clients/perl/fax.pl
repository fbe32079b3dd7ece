# Sends faxes with SOAP::Lite, and prints what the service answers.
# Arguments: SOAP version, address of the description, user, password, PDF, text, chunk size,
# "image" if there can be one.

use strict;
use warnings;
use utf8;
use Encode 'decode';
use HTTP::Date 'str2time', 'time2isoz';
use MIME::Base64 'decode_base64';
use SOAP::Lite;
use Time::HiRes 'sleep', 'time';

my ($version, $wsdl, $user, $password, $pdf_file, $text_file, $chunk_size, $image) = @ARGV;
my $NUMBER = '+1-212-5550100';
$| = 1;
binmode STDOUT, ':utf8';

# SOAP::Lite reads addresses and actions from the description; wrapped parameters it cannot.
my $operations = SOAP::Schema->schema_url($wsdl)->parse->services->{InterFax};
my $service = SOAP::Lite
    ->soapversion($version)
    ->proxy($operations->{SendfaxEx_2}{endpoint}->value)
    ->default_ns('http://www.interfax.cc')
    ->on_action(sub { $operations->{$_[1]}{soapaction}->value });

# Parameters are given as name and value, or as name and [type, value].
sub parameters {
    my @parameters;
    while (my ($name, $value) = splice @_, 0, 2) {
        my ($type, $plain) = ref $value eq 'ARRAY' ? @$value : (string => $value);
        push @parameters, SOAP::Data->name($name => $plain)->type($type);
    }
    return @parameters;
}

sub answer {
    my ($operation, @parameters) = @_;
    my $answer = $service->call($operation, @parameters);
    die $answer->faultstring if $answer->fault;
    return $answer;
}

sub call {
    my ($operation, @rest) = @_;
    return answer($operation, parameters(Username => $user, Password => $password), @rest);
}

sub result {
    my ($operation, @rest) = @_;
    return call($operation, parameters(@rest))->result;
}

sub bytes {
    my ($file) = @_;
    open my $handle, '<:raw', $file or die "$file: $!";
    local $/;
    return scalar <$handle>;
}

sub in_days {
    my ($days) = @_;
    my $time = time2isoz(int(time) + $days * 24 * 60 * 60);
    return [dateTime => $time =~ tr/ /T/r];
}

print 'types ', answer('GetSupportedFileTypes')->result, "\n";
for my $type ('PDF', 'XYZ') {
    print "$type ", answer('IsSupportedFileType', parameters(FileType => $type))->result, "\n";
}
print '-1062 ', answer('GetErrorDescription', parameters(code => [int => -1062]))->result, "\n";
my @codes = answer('GetAllErrorCodes')->valueof('//ErrorMessage');
print 'codes ', scalar @codes, "\n";

# The documents, one after another in one upload.
my ($pdf, $text) = (bytes($pdf_file), bytes($text_file));
my $documents = $pdf . $text;
my $session = call('StartFileUpload')->valueof('//SessionID');
for (my $from = 0; $from < length $documents; $from += $chunk_size) {
    my $is_last = $from + $chunk_size >= length $documents;
    print 'total ', answer('UploadFileChunk', parameters(
        SessionID => $session,
        # SOAP::Lite encodes base64 itself.
        Chunk => [base64Binary => substr $documents, $from, $chunk_size],
        IsLast => [boolean => $is_last ? 'true' : 'false'],
    ))->result, "\n";
}

sub submit {
    return result('SendfaxEx_2',
        FaxNumbers => $NUMBER,
        Contacts => 'Ann',
        FileTypes => 'PDF;TXT',
        FileSizes => length($pdf) . ';' . length($text) . "/sessionID=$session",
        Postpone => in_days(-1),
        RetriesToPerform => [int => 2],
        CSID => '+49 30 1234567',
        JobID => '4711',
        Subject => 'Angebot für März',
        PageSize => 'A4',
        PageOrientation => 'Portrait',
        IsHighResolution => [boolean => 'true'],
        IsFineRendering => [boolean => 'false']);
}

my $fax = submit();
print "fax $fax\nsame session ", submit(), "\n";

# The newest fax up to this one: LastTransactionID itself is not listed.
sub status {
    my ($operation) = @_;
    return call($operation, parameters(
        LastTransactionID => [int => $fax + 1], MaxItems => [int => 1]));
}

my ($polled, $item);
my $deadline = time + 10;
do {
    sleep 0.05;
    $polled = status('FaxStatus');
    $item = $polled->valueof('//FaxItem');
} while ($item->{Status} != 0 && time < $deadline);
my ($code, $size) = map { $polled->valueof("//$_") } 'ResultCode', 'ListSize';
print "status $item->{Status}, $item->{PagesSent} pages to $item->{DestinationFax}, ",
    "result $code, $size listed\nsubject $item->{Subject}\n";

$item = status('FaxStatusEx')->valueof('//FaxItemEx');
print "details $item->{Contact}, $item->{JobID}, $item->{SenderCSID}, $item->{RemoteCSID}, ",
    "$item->{PageSize}, trial $item->{TrialsPerformed}\n";

sub query {
    my ($verb, $id) = @_;
    return call('FaxQuery', parameters(
        Verb => $verb, VerbData => $id, MaxItems => [int => 10]));
}

my $queried = query(EQ => $fax);
my @found = $queried->valueof('//FaxItemEx');
print 'query ', $queried->valueof('//ResultCode'), ', ', scalar @found, ' listed, ',
    "$found[0]{Duration} s, $found[0]{Units} units\n",
    'submitted ', int str2time($found[0]{SubmitTime}), "\n";

my $condition = \SOAP::Data->value(parameters(Verb => 'Equals', VerbData => $fax));
my $form = \SOAP::Data->value(SOAP::Data->name(TransactionID => $condition));
my $control = \SOAP::Data->value(parameters(
    NumOfResults => [int => 10],
    ReturnItems => [boolean => 'true'],
    ReturnStats => [boolean => 'true']));
my $searched = call('FaxQuery2',
    SOAP::Data->name(QueryForm => $form), SOAP::Data->name(QueryControl => $control))->result;
@found = $searched->{FaxItems}{FaxItemEx2};
my $stats = $searched->{Stats}{StatusCount};
print "search $searched->{ResultCode}, ", scalar @found, ' listed, ',
    "$found[0]{NumOfTransactions} in batch, $stats->{Count} of status $stats->{Status}, ",
    "$searched->{TotalTransactionsNum} in all\n";

my $xml = status('FaxStatusXML')->result;
my ($id, $subject) = map { $xml =~ m{<$_>(.*)</$_>} } 'TransactionID', 'Subject';
print "xml $id $subject\n";

print 'inline ', result('Sendfax',
    FaxNumber => $NUMBER, FileData => [base64Binary => $text], FileType => 'TXT'), "\n";
print 'text ', result('SendCharFax',
    FaxNumber => $NUMBER, Data => decode('UTF-8', $text), FileType => 'TXT'), "\n";

my $batch = result('SendfaxEx_2',
    FaxNumbers => '+1-212-5550101;+1-212-5550102;+1-212-5550103',
    FilesData => [base64Binary => $text],
    FileTypes => 'TXT',
    FileSizes => length $text,
    Postpone => in_days(1),
    RetriesToPerform => [int => 0]);
@found = query(PARENT => $batch)->valueof('//FaxItemEx');
my $year = 0 + substr $found[0]{CompletionTime}, 0, 4;
my $hours = sprintf '%.0f', (str2time($found[0]{PostponeTime}) - time) / (60 * 60);
print "batch $batch\nbatch of ", scalar @found, ", completed in year $year, postponed by $hours h\n";
print 'cancel batch ', result('CancelBatch', ParentTransactionID => [int => $batch]), "\n";
my $one = $found[0]{TransactionID};
print 'cancel again ', result('CancelFax', TransactionID => [int => $one]), "\n";
print 'cancelled with status ', query(EQ => $one)->valueof('//FaxItemEx')->{Status}, "\n";

if ($image eq 'image') {
    my $answer = call('GetFaxImage', parameters(TransactionID => [long => $fax]));
    my $tiff = decode_base64($answer->valueof('//Image'));
    print 'image ', unpack('H8', $tiff), ', ', length $tiff, " bytes\n";
}
print 'hide ', result('HideFax', TransactionID => [int => $fax]), "\n";
my @hidden = status('FaxStatus')->valueof('//FaxItem');
print 'hidden, ', scalar @hidden, " listed\n";
print 'again ', result('ReSendFax',
    TransactionID => [long => $fax], FaxNumber => '+49 30 5550199'), "\n";

$password .= ' ';
my $refused = status('FaxStatus')->valueof('//ResultCode');
print 'wrong password ', submit(), ", status $refused\n";

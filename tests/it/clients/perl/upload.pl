# Uploads a document with SOAP::Lite, and prints what the service answers.
# Arguments: SOAP version, address of the description, user, password, document, chunk size.

use strict;
use warnings;
use SOAP::Lite;

my ($version, $wsdl, $user, $password, $document, $chunk_size) = @ARGV;
$| = 1;

# SOAP::Lite reads addresses and actions from the description; wrapped parameters it cannot.
my $operations = SOAP::Schema->schema_url($wsdl)->parse->services->{InterFax};
my $address = $operations->{StartFileUpload}{endpoint}->value;

my $service = SOAP::Lite
    ->soapversion($version)
    ->proxy($address)
    ->default_ns('http://www.interfax.cc')
    ->on_action(sub { $operations->{$_[1]}{soapaction}->value });

sub call {
    my ($operation, @parameters) = @_;
    my $answer = $service->call($operation, @parameters);
    die $answer->faultstring if $answer->fault;
    return $answer;
}

sub start {
    my ($secret) = @_;
    return call('StartFileUpload',
        SOAP::Data->name(Username => $user)->type('string'),
        SOAP::Data->name(Password => $secret)->type('string'));
}

sub upload {
    my ($session, $chunk, $is_last) = @_;
    my @parameters = SOAP::Data->name(SessionID => $session)->type('string');
    # SOAP::Lite encodes base64 itself.
    push @parameters, SOAP::Data->name(Chunk => $chunk)->type('base64Binary') if defined $chunk;
    push @parameters, SOAP::Data->name(IsLast => $is_last)->type('boolean');
    return call('UploadFileChunk', @parameters)->result;
}

sub cancel {
    my ($session) = @_;
    return call('CancelFileUpload', SOAP::Data->name(SessionID => $session)->type('string'))->result;
}

my $refused = start($password . ' ');
my $without = defined $refused->valueof('//SessionID') ? 'a session' : 'no session';
print 'wrong password ', $refused->result, " $without\n";

my $started = start($password);
my $session = $started->valueof('//SessionID');
print 'start ', $started->result, "\nsession $session\n";
print 'missing chunk ', upload($session, undef, 'false'), "\n";

open my $file, '<:raw', $document or die "$document: $!";
while (read $file, my $chunk, $chunk_size) {
    print 'total ', upload($session, $chunk, eof $file ? 'true' : 'false'), "\n";
}
print 'after the last ', upload($session, 'more', 'false'), "\n";

my $other = start($password);
print 'start ', $other->result, "\n";
my $abandoned = $other->valueof('//SessionID');
print 'cancel ', cancel($abandoned), "\n";
print 'cancel again ', cancel($abandoned), "\n";

// Sends faxes with a proxy that gSOAP generated from the service's description, and prints what the
// service answers. Arguments: user, password, PDF, text, chunk size, "image" if there can be one.

#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <regex>
#include <string>
#include <unistd.h>

#include "InterFaxSoap.nsmap"
#include "soapInterFaxSoapProxy.h"

static const time_t DAY = 24 * 60 * 60;

// The proxy's own address is the one in the description. Strings are UTF-8, not ISO-8859-1.
static InterFaxSoapProxy service(SOAP_C_UTFSTRING);
static std::string user, password;
static std::string number = "+1-212-5550100";

static void must(int failed)
{
    if (failed) {
        service.soap_stream_fault(std::cerr);
        std::exit(1);
    }
}

// An operation's request with the log-in.
template <typename Request> static Request request()
{
    Request request;
    request.Username = &user;
    request.Password = &password;
    return request;
}

static xsd__base64Binary bytes(std::string &of)
{
    xsd__base64Binary bytes;
    bytes.__ptr = reinterpret_cast<unsigned char *>(&of[0]);
    bytes.__size = static_cast<int>(of.size());
    return bytes;
}

static std::string read(const char *name)
{
    std::ifstream file(name, std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

static void ask()
{
    _ns1__GetSupportedFileTypes all;
    _ns1__GetSupportedFileTypesResponse types;
    must(service.GetSupportedFileTypes(&all, types));
    std::cout << "types " << *types.GetSupportedFileTypesResult << "\n";
    for (std::string type : {"PDF", "XYZ"}) {
        _ns1__IsSupportedFileType one;
        _ns1__IsSupportedFileTypeResponse answer;
        one.FileType = &type;
        must(service.IsSupportedFileType(&one, answer));
        std::cout << type << (answer.IsSupportedFileTypeResult ? " true\n" : " false\n");
    }
    _ns1__GetErrorDescription description;
    _ns1__GetErrorDescriptionResponse meaning;
    description.code = -1062;
    must(service.GetErrorDescription(&description, meaning));
    std::cout << "-1062 " << *meaning.GetErrorDescriptionResult << "\n";
    _ns1__GetAllErrorCodes every;
    _ns1__GetAllErrorCodesResponse codes;
    must(service.GetAllErrorCodes(&every, codes));
    std::cout << "codes " << codes.GetAllErrorCodesResult->ErrorMessage.size() << "\n";
}

static std::string upload(const std::string &documents, size_t chunk_size)
{
    auto start = request<_ns1__StartFileUpload>();
    _ns1__StartFileUploadResponse started;
    must(service.StartFileUpload(&start, started));
    std::string session = *started.SessionID;
    for (size_t begin = 0; begin < documents.size(); begin += chunk_size) {
        std::string chunk = documents.substr(begin, chunk_size);
        auto content = bytes(chunk);
        _ns1__UploadFileChunk upload;
        _ns1__UploadFileChunkResponse answer;
        upload.SessionID = &session;
        upload.Chunk = &content;
        upload.IsLast = begin + chunk.size() == documents.size();
        must(service.UploadFileChunk(&upload, answer));
        std::cout << "total " << answer.UploadFileChunkResult << "\n";
    }
    return session;
}

static LONG64 submit(std::string sizes)
{
    std::string contacts = "Ann", types = "PDF;TXT", csid = "+49 30 1234567", job = "4711",
                subject = "Angebot für März", size = "A4", orientation = "Portrait";
    auto fax = request<_ns1__SendfaxEx_USCORE2>();
    _ns1__SendfaxEx_USCORE2Response answer;
    fax.FaxNumbers = &number;
    fax.Contacts = &contacts;
    fax.FileTypes = &types;
    fax.FileSizes = &sizes;
    fax.Postpone = time(nullptr) - DAY;
    fax.RetriesToPerform = 2;
    fax.CSID = &csid;
    fax.JobID = &job;
    fax.Subject = &subject;
    fax.PageSize = &size;
    fax.PageOrientation = &orientation;
    fax.IsHighResolution = true;
    must(service.SendfaxEx_USCORE2(&fax, answer));
    return answer.SendfaxEx_USCORE2Result;
}

// The newest fax up to this one: LastTransactionID itself is not listed.
template <typename Request> static Request status(int fax)
{
    auto status = request<Request>();
    status.LastTransactionID = fax + 1;
    status.MaxItems = 1;
    return status;
}

static _ns1__FaxStatusResponse status(int fax)
{
    auto asked = status<_ns1__FaxStatus>(fax);
    _ns1__FaxStatusResponse answer;
    must(service.FaxStatus(&asked, answer));
    return answer;
}

static void wait(int fax)
{
    const time_t deadline = time(nullptr) + 10;
    _ns1__FaxStatusResponse answer;
    ns1__FaxItem *item;
    do {
        usleep(50000);
        answer = status(fax);
        item = answer.FaxStatusResult->FaxItem[0];
    } while (item->Status != 0 && time(nullptr) < deadline);
    std::cout << "status " << item->Status << ", " << item->PagesSent << " pages to "
              << *item->DestinationFax << ", result " << answer.ResultCode << ", "
              << answer.ListSize << " listed\nsubject " << *item->Subject << "\n";
}

static _ns1__FaxQueryResponse query(std::string verb, LONG64 id)
{
    std::string data = std::to_string(id);
    auto query = request<_ns1__FaxQuery>();
    _ns1__FaxQueryResponse answer;
    query.Verb = &verb;
    query.VerbData = &data;
    query.MaxItems = 10;
    must(service.FaxQuery(&query, answer));
    return answer;
}

static void look_up(int fax)
{
    auto extended = status<_ns1__FaxStatusEx>(fax);
    _ns1__FaxStatusExResponse details;
    must(service.FaxStatusEx(&extended, details));
    const auto *item = details.FaxStatusExResult->FaxItemEx[0];
    std::cout << "details " << *item->Contact << ", " << *item->JobID << ", " << *item->SenderCSID
              << ", " << *item->RemoteCSID << ", " << *item->PageSize << ", trial "
              << item->TrialsPerformed << "\n";

    const auto queried = query("EQ", fax);
    const auto &items = queried.FaxQueryResult->FaxItemEx;
    std::cout << "query " << queried.ResultCode << ", " << items.size() << " listed, "
              << items[0]->Duration << " s, " << std::stod(items[0]->Units) << " units\n"
              << "submitted " << items[0]->SubmitTime << "\n";

    // Everything in the form is sent; what is empty is no condition.
    std::string nothing, id = std::to_string(fax);
    ns1__QueryCondition any, is_this;
    any.VerbData = &nothing;
    is_this.Verb = ns1__SQLOperatorEnum__Equals;
    is_this.VerbData = &id;
    ns1__QueryForm form;
    form.Subject = form.FaxNumber = form.UserID = form.ReplyAddress = form.ParentTransactionID =
        form.Status = &any;
    form.TransactionID = &is_this;
    form.DateFrom = time(nullptr) - DAY;
    form.DateTo = time(nullptr) + DAY;
    ns1__QueryControl control;
    control.NumOfResults = 10;
    control.ReturnItems = control.ReturnStats = true;
    auto search = request<_ns1__FaxQuery2>();
    _ns1__FaxQuery2Response answer;
    search.QueryForm = &form;
    search.QueryControl = &control;
    must(service.FaxQuery2(&search, answer));
    const auto *found = answer.FaxQuery2Result;
    const auto *stats = found->Stats->StatusCount[0];
    std::cout << "search " << found->ResultCode << ", " << found->FaxItems->FaxItemEx2.size()
              << " listed, " << found->FaxItems->FaxItemEx2[0]->NumOfTransactions << " in batch, "
              << stats->Count << " of status " << stats->Status << ", "
              << found->TotalTransactionsNum << " in all\n";

    auto as_xml = status<_ns1__FaxStatusXML>(fax);
    _ns1__FaxStatusXMLResponse xml;
    must(service.FaxStatusXML(&as_xml, xml));
    const std::string text = *xml.FaxStatusXMLResult;
    std::cout << "xml";
    for (std::string name : {"TransactionID", "Subject"}) {
        std::smatch match;
        std::regex_search(text, match, std::regex("<" + name + ">(.*)</" + name + ">"));
        std::cout << " " << match[1];
    }
    std::cout << "\n";
}

static void send_inline(std::string text)
{
    std::string type = "TXT";
    auto content = bytes(text);
    auto send = request<_ns1__Sendfax>();
    _ns1__SendfaxResponse sent;
    send.FaxNumber = &number;
    send.FileData = &content;
    send.FileType = &type;
    must(service.Sendfax(&send, sent));
    std::cout << "inline " << sent.SendfaxResult << "\n";
    auto write = request<_ns1__SendCharFax>();
    _ns1__SendCharFaxResponse written;
    write.FaxNumber = &number;
    write.Data = &text;
    write.FileType = &type;
    must(service.SendCharFax(&write, written));
    std::cout << "text " << written.SendCharFaxResult << "\n";
}

static void cancel_batch(std::string text)
{
    std::string numbers = "+1-212-5550101;+1-212-5550102;+1-212-5550103", type = "TXT";
    std::string size = std::to_string(text.size());
    auto content = bytes(text);
    auto send = request<_ns1__SendfaxEx_USCORE2>();
    _ns1__SendfaxEx_USCORE2Response sent;
    send.FaxNumbers = &numbers;
    send.FilesData = &content;
    send.FileTypes = &type;
    send.FileSizes = &size;
    send.Postpone = time(nullptr) + DAY;
    must(service.SendfaxEx_USCORE2(&send, sent));
    const LONG64 batch = sent.SendfaxEx_USCORE2Result;
    std::cout << "batch " << batch << "\n";
    const auto queried = query("PARENT", batch);
    const auto &items = queried.FaxQueryResult->FaxItemEx;
    // Of year 1, which stands for no time, gSOAP makes the first midnight of 1970, here.
    tm completed;
    gmtime_r(&items[0]->CompletionTime, &completed);
    const int year = items[0]->CompletionTime < DAY ? 1 : completed.tm_year + 1900;
    const double postponed = difftime(items[0]->PostponeTime, time(nullptr));
    std::cout << "batch of " << items.size() << ", completed in year " << year
              << ", postponed by " << std::lround(postponed / 3600) << " h\n";
    auto cancel = request<_ns1__CancelBatch>();
    _ns1__CancelBatchResponse cancelled;
    cancel.ParentTransactionID = static_cast<int>(batch);
    must(service.CancelBatch(&cancel, cancelled));
    std::cout << "cancel batch " << cancelled.CancelBatchResult << "\n";
    auto again = request<_ns1__CancelFax>();
    _ns1__CancelFaxResponse refused;
    again.TransactionID = items[0]->TransactionID;
    must(service.CancelFax(&again, refused));
    std::cout << "cancel again " << refused.CancelFaxResult << "\n";
    const auto one = query("EQ", items[0]->TransactionID);
    std::cout << "cancelled with status " << one.FaxQueryResult->FaxItemEx[0]->Status << "\n";
}

static void get_image(int fax)
{
    auto get = request<_ns1__GetFaxImage>();
    _ns1__GetFaxImageResponse answer;
    get.TransactionID = fax;
    must(service.GetFaxImage(&get, answer));
    std::printf("image ");
    for (int index = 0; index < 4; ++index) {
        std::printf("%02x", answer.Image->__ptr[index]);
    }
    std::printf(", %d bytes\n", answer.Image->__size);
    std::fflush(stdout);
}

int main(int, char **arguments)
{
    std::cout << std::unitbuf;
    user = arguments[1];
    password = arguments[2];
    const std::string pdf = read(arguments[3]), text = read(arguments[4]);

    ask();
    const std::string session = upload(pdf + text, std::stoul(arguments[5]));
    const std::string sizes = std::to_string(pdf.size()) + ";" + std::to_string(text.size())
        + "/sessionID=" + session;
    const int fax = static_cast<int>(submit(sizes));
    std::cout << "fax " << fax << "\n";
    std::cout << "same session " << submit(sizes) << "\n";
    wait(fax);
    look_up(fax);
    send_inline(text);
    cancel_batch(text);
    if (std::string(arguments[6]) == "image") {
        get_image(fax);
    }
    auto hide = request<_ns1__HideFax>();
    _ns1__HideFaxResponse hidden;
    hide.TransactionID = fax;
    must(service.HideFax(&hide, hidden));
    std::cout << "hide " << hidden.HideFaxResult << "\n";
    std::cout << "hidden, " << status(fax).FaxStatusResult->FaxItem.size() << " listed\n";
    std::string other = "+49 30 5550199";
    auto resend = request<_ns1__ReSendFax>();
    _ns1__ReSendFaxResponse resent;
    resend.TransactionID = fax;
    resend.FaxNumber = &other;
    must(service.ReSendFax(&resend, resent));
    std::cout << "again " << resent.ReSendFaxResult << "\n";

    password += " ";
    const int refused = status(fax).ResultCode;
    std::cout << "wrong password " << submit(sizes) << ", status " << refused << "\n";
}

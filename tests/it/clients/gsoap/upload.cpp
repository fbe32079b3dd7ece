// Uploads a document with a proxy that gSOAP generated from the service's description, and prints
// what the service answers. Arguments: user, password, document, chunk size.

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "InterFaxSoap.nsmap"
#include "soapInterFaxSoapProxy.h"

// The proxy's own address is the one in the description.
static InterFaxSoapProxy service;

static void must(int failed)
{
    if (failed) {
        service.soap_stream_fault(std::cerr);
        std::exit(1);
    }
}

static _ns1__StartFileUploadResponse start(std::string user, std::string password)
{
    _ns1__StartFileUpload request;
    _ns1__StartFileUploadResponse answer;
    request.Username = &user;
    request.Password = &password;
    must(service.StartFileUpload(&request, answer));
    return answer;
}

static int upload(std::string session, std::string *chunk, bool is_last)
{
    _ns1__UploadFileChunk request;
    _ns1__UploadFileChunkResponse answer;
    xsd__base64Binary bytes;
    if (chunk) {
        bytes.__ptr = reinterpret_cast<unsigned char *>(&(*chunk)[0]);
        bytes.__size = static_cast<int>(chunk->size());
        request.Chunk = &bytes;
    }
    request.SessionID = &session;
    request.IsLast = is_last;
    must(service.UploadFileChunk(&request, answer));
    return answer.UploadFileChunkResult;
}

static int cancel(std::string session)
{
    _ns1__CancelFileUpload request;
    _ns1__CancelFileUploadResponse answer;
    request.SessionID = &session;
    must(service.CancelFileUpload(&request, answer));
    return answer.CancelFileUploadResult;
}

int main(int, char **arguments)
{
    std::cout << std::unitbuf;
    const std::string user = arguments[1], password = arguments[2];
    std::ifstream file(arguments[3], std::ios::binary);
    const std::string document((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const size_t chunk_size = std::stoul(arguments[4]);

    const auto refused = start(user, password + " ");
    std::cout << "wrong password " << refused.StartFileUploadResult
              << (refused.SessionID ? " a session" : " no session") << "\n";

    const auto started = start(user, password);
    const std::string session = *started.SessionID;
    std::cout << "start " << started.StartFileUploadResult << "\nsession " << session << "\n";
    std::cout << "missing chunk " << upload(session, nullptr, false) << "\n";

    for (size_t begin = 0; begin < document.size(); begin += chunk_size) {
        std::string chunk = document.substr(begin, chunk_size);
        const bool is_last = begin + chunk.size() == document.size();
        std::cout << "total " << upload(session, &chunk, is_last) << "\n";
    }
    std::string more = "more";
    std::cout << "after the last " << upload(session, &more, false) << "\n";

    const auto other = start(user, password);
    std::cout << "start " << other.StartFileUploadResult << "\n";
    std::cout << "cancel " << cancel(*other.SessionID) << "\n";
    std::cout << "cancel again " << cancel(*other.SessionID) << "\n";
}

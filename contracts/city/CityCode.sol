// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title A city's code: the root part of an IDcode (ISO/IEC 15459, issuing agency MA), as left-aligned ASCII, e.g. `MA.156.1301`.
/// @dev 2 to 4 nodes joined by dots: `MA`, the country (ISO 3166-1 numeric, 3 digits), the local part, one more node. Digits and
/// capital letters, at most 26 characters; the bytes behind it are zero. As a value it is the key of the code.
type CityCode is bytes32;

using CityCodes for CityCode global;
using {sameCode as ==} for CityCode global;

function sameCode(CityCode a, CityCode b) pure returns (bool) {
    return CityCode.unwrap(a) == CityCode.unwrap(b);
}

/// @title Parse, canonicalise, check and format city codes.
/// @notice `src/city/code.ts` does the same, and tests hold both equal.
library CityCodes {
    /// @notice What is wrong with a code; `position` in CityCodeInvalid counts bytes from 0.
    enum Fault {
        Empty,
        Character, // not a digit or a letter
        EmptyNode,
        TooManyNodes, // more than 4
        TooLong, // more than 26 characters
        Issuer, // does not begin with MA
        Country, // the second node is not 3 digits
        Category, // the object category is not 3 nodes
        CheckCharacters, // not two characters, or not those of this code
        Padding // bytes behind the code that are not zero
    }

    /// @notice The text is not a city code, an IDcode or a printed code.
    error CityCodeInvalid(Fault fault, uint256 position);

    /// @dev Longest code, in characters.
    uint256 internal constant MAX_LENGTH = 26;
    /// @dev Length of a country's code, `MA.156`.
    uint256 internal constant COUNTRY_LENGTH = 6;
    uint256 private constant MAX_NODES = 4;
    uint256 private constant MODULUS = 1271;

    /// @notice The code in a text of one of three shapes, letters in either case: a code (`MA.156.1301`), a printed code with its
    /// check characters (`MA.156.1301-FQ`), or a full IDcode root/category/custom (`MA.156.1003.1629/73.10000000.6`).
    /// @dev Reverts with CityCodeInvalid.
    function parse(string memory text) internal pure returns (CityCode code) {
        bytes memory input = bytes(text);
        uint256 length = input.length;
        uint256 end = 0;
        uint256 word = 0;
        while (end < length && input[end] != "/" && input[end] != "-") {
            bytes1 character = _upper(input[end]);
            _require(character == "." || _value(character) < 36, Fault.Character, end);
            _require(end < MAX_LENGTH, Fault.TooLong, end);
            word |= uint256(uint8(character)) << (248 - 8 * end);
            ++end;
        }
        code = CityCode.wrap(bytes32(word));
        // slither-disable-next-line unused-return
        validate(code);
        if (end == length) return code;
        if (input[end] == "-") _checkPrinted(input, end + 1, code);
        else _checkObject(input, end + 1);
    }

    /// @notice The length of a code in characters, and of its local part (the third node; 0 for a country).
    /// @dev Reverts with CityCodeInvalid unless the code is canonical: upper case, no empty node, issuer and country in place.
    function validate(CityCode code) internal pure returns (uint256 length, uint256 localLength) {
        uint256 nodes = 1;
        uint256 nodeStart = 0;
        while (length < 32 && at(code, length) != 0) {
            bytes1 character = at(code, length);
            if (character == ".") {
                _require(length != nodeStart, Fault.EmptyNode, length);
                _require(nodes < MAX_NODES, Fault.TooManyNodes, length);
                if (nodes == 3) localLength = length - nodeStart;
                nodeStart = length + 1;
                ++nodes;
            } else {
                _require(_value(character) < 36, Fault.Character, length);
            }
            ++length;
        }
        _require(length != 0, Fault.Empty, 0);
        _require(length <= MAX_LENGTH, Fault.TooLong, MAX_LENGTH);
        _require(prefix(code, length) == code, Fault.Padding, length);
        _require(length != nodeStart, Fault.EmptyNode, length);
        _require(at(code, 0) == "M" && at(code, 1) == "A" && (length == 2 || at(code, 2) == "."), Fault.Issuer, 0);
        for (uint256 i = 3; i < COUNTRY_LENGTH; ++i) _require(_isDigit(at(code, i)), Fault.Country, i);
        _require(length == COUNTRY_LENGTH || at(code, COUNTRY_LENGTH) == ".", Fault.Country, COUNTRY_LENGTH);
        if (nodes == 3) localLength = length - nodeStart;
    }

    /// @notice The first `length` characters of a code.
    function prefix(CityCode code, uint256 length) internal pure returns (CityCode) {
        return CityCode.wrap(CityCode.unwrap(code) & ~bytes32(type(uint256).max >> (8 * length)));
    }

    /// @notice The code cut after the first `localLength` characters of its local part.
    function localPrefix(CityCode code, uint256 localLength) internal pure returns (CityCode) {
        return prefix(code, COUNTRY_LENGTH + 1 + localLength);
    }

    /// @notice The character at a position, 0 behind the end.
    function at(CityCode code, uint256 position) internal pure returns (bytes1) {
        return CityCode.unwrap(code)[position];
    }

    /// @notice The two check characters of a code: ISO/IEC 7064 MOD 1271-36 over its characters without the dots, so that the whole has
    /// remainder 1. Of two pairs that would do, it is the larger one (ZB, not 00), as in MOD 97-10.
    function checkCharacters(CityCode code) internal pure returns (bytes2) {
        uint256 remainder = 0;
        for (uint256 i = 0; i < MAX_LENGTH && at(code, i) != 0; ++i) {
            if (at(code, i) != ".") remainder = (remainder * 36 + _value(at(code, i))) % MODULUS;
        }
        uint256 check = MODULUS + 1 - ((remainder * 36 * 36) % MODULUS);
        return bytes2(_character(check / 36)) | (bytes2(_character(check % 36)) >> 8);
    }

    /// @notice The code as text, `MA.156.1301`.
    function toString(CityCode code) internal pure returns (string memory) {
        (uint256 length, ) = validate(code);
        return string(_text(code, length));
    }

    /// @notice The code for print and typing, with its check characters: `MA.156.1301-FQ`.
    function format(CityCode code) internal pure returns (string memory) {
        return string.concat(toString(code), "-", string(bytes.concat(checkCharacters(code))));
    }

    function _text(CityCode code, uint256 length) private pure returns (bytes memory text) {
        text = new bytes(length);
        for (uint256 i = 0; i < length; ++i) text[i] = at(code, i);
    }

    function _checkPrinted(bytes memory input, uint256 start, CityCode code) private pure {
        bytes2 check = checkCharacters(code);
        _require(input.length == start + 2, Fault.CheckCharacters, start);
        _require(
            _upper(input[start]) == check[0] && _upper(input[start + 1]) == check[1],
            Fault.CheckCharacters,
            start
        );
    }

    /// @dev `category` or `category/custom`, where the category has 3 nodes and custom one or more.
    function _checkObject(bytes memory input, uint256 start) private pure {
        uint256 nodes = 1;
        uint256 nodeStart = start;
        bool custom = false;
        for (uint256 i = start; i < input.length; ++i) {
            bytes1 character = _upper(input[i]);
            if (character == "." || character == "/") {
                _require(i != nodeStart, Fault.EmptyNode, i);
                nodeStart = i + 1;
                if (character == ".") {
                    ++nodes;
                } else {
                    _require(!custom, Fault.Character, i);
                    _require(nodes == 3, Fault.Category, i);
                    custom = true;
                }
            } else {
                _require(_value(character) < 36, Fault.Character, i);
            }
        }
        _require(input.length != nodeStart, Fault.EmptyNode, input.length);
        _require(custom || nodes == 3, Fault.Category, input.length);
    }

    function _require(bool condition, Fault fault, uint256 position) private pure {
        if (!condition) revert CityCodeInvalid(fault, position);
    }

    function _isDigit(bytes1 character) private pure returns (bool) {
        return character >= "0" && character <= "9";
    }

    function _upper(bytes1 character) private pure returns (bytes1) {
        return character >= "a" && character <= "z" ? bytes1(uint8(character) - 32) : character;
    }

    /// @dev 0 to 35 for 0-9 and A-Z, 36 for anything else.
    function _value(bytes1 character) private pure returns (uint256) {
        if (_isDigit(character)) return uint8(character) - 48;
        if (character >= "A" && character <= "Z") return uint8(character) - 55;
        return 36;
    }

    function _character(uint256 value) private pure returns (bytes1) {
        return bytes1(uint8(value < 10 ? value + 48 : value + 55));
    }
}

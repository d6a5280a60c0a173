// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ISettlementToken} from "../../contracts/escrow/ISettlementToken.sol";
import {RedemptionId} from "../../contracts/escrow/RedemptionId.sol";
import {SettlementTown} from "./SettlementTown.sol";

/// @title Random acts of banks, holders and payees, each compared with a plain model: what everybody has, and lists of what was done.
/// @dev The officers are banks of the towns; the token is of the town that may be retired.
contract SettlementHandler is SettlementTown {
    uint256 private constant REFERENCES = 24; // few, so that they are used again; the first is zero
    uint256 private constant ORDERS = 16;
    uint256 private constant WAIT = 10 days;

    struct Kept {
        address to;
        uint256 amount;
        uint256 redemption;
    }

    struct Redeeming {
        address holder;
        uint256 amount;
        bytes32 account;
        uint256 requestedAt;
        ISettlementToken.RedemptionStatus status;
    }

    struct Payment {
        uint256 payee;
        bytes32 order;
        address from;
        address to;
        bytes32 payer;
        uint128 amount;
        uint128 refunded;
    }

    uint256 public minted;
    uint256 public redeemed;
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    mapping(address owner => uint256) public nonceOf;
    mapping(address bank => mapping(bytes32 endToEndId => Kept)) private _kept;

    Redeeming[] private _redemptions;
    Payment[] private _payments;

    function redemptionAt(uint256 index) external view returns (Redeeming memory) {
        return _redemptions[index];
    }

    function redemptionCount() external view returns (uint256) {
        return _redemptions.length;
    }

    function paymentAt(uint256 index) external view returns (Payment memory) {
        return _payments[index];
    }

    function paymentCount() external view returns (uint256) {
        return _payments.length;
    }

    function keptOf(address bank, uint256 index) external view returns (bytes32 ref, Kept memory) {
        ref = _referenceAt(index);
        return (ref, _kept[bank][ref]);
    }

    function referenceCount() external pure returns (uint256) {
        return REFERENCES;
    }

    // ---------------------------------------------------------------------------------------------------------------- banks

    function mint(uint256 seed) external {
        _begin(seed);
        address bank = _officers[_anyOfficer(TOWN, BANK)];
        ISettlementToken.Mint memory one = _anyMint(bank);
        bool right = _may(bank, TOWN, BANK) && _isMint(one) && _kept[bank][one.endToEndId].amount == 0;
        _act("mint", bank, abi.encodeCall(token.mint, (one.to, one.amount, one.endToEndId)), right);
        if (right) _keep(bank, one);
    }

    function mintMany(uint256 seed) external {
        _begin(seed);
        address bank = _officers[_anyOfficer(TOWN, BANK)];
        ISettlementToken.Mint[] memory mints = new ISettlementToken.Mint[](_random(8) == 0 ? 0 : 1 + _random(3));
        for (uint256 i = 0; i < mints.length; ++i) mints[i] = _anyMint(bank);
        if (mints.length > 1 && _random(2) == 0) mints[1] = mints[0]; // the very same twice
        bool right = _may(bank, TOWN, BANK) && mints.length != 0;
        for (uint256 i = 0; i < mints.length; ++i) right = right && _isMint(mints[i]) && _agrees(bank, mints, i);
        bytes memory result = _act("mintMany", bank, abi.encodeCall(token.mintMany, (mints)), right);
        uint256 fresh = 0;
        for (uint256 i = 0; right && i < mints.length; ++i) {
            if (_kept[bank][mints[i].endToEndId].amount != 0) continue;
            _keep(bank, mints[i]);
            ++fresh;
        }
        if (right) require(abi.decode(result, (uint256)) == fresh, "mintMany: another count");
    }

    function payRedemption(uint256 seed) external {
        _begin(seed);
        (address bank, uint32 acting) = _anyStanding(TOWN, BANK);
        uint256 number = _anyRedemption();
        bytes32 ref = _anyReference();
        bool right = ref != 0 && _kept[bank][ref].redemption == 0 && _ends(bank, acting, number);
        bytes memory call = abi.encodeCall(token.payRedemption, (RedemptionId.wrap(number), ref, _lineage(acting)));
        _act("payRedemption", bank, call, right);
        if (!right) return;
        Redeeming storage redeeming = _redemptions[number - 1];
        redeeming.status = ISettlementToken.RedemptionStatus.Paid;
        _kept[bank][ref].redemption = number;
        redeemed += redeeming.amount;
        balanceOf[address(token)] -= redeeming.amount;
    }

    function returnRedemption(uint256 seed) external {
        _begin(seed);
        (address bank, uint32 acting) = _anyStanding(TOWN, BANK);
        uint256 number = _anyRedemption();
        bool right = _ends(bank, acting, number);
        bytes memory call = abi.encodeCall(
            token.returnRedemption,
            (RedemptionId.wrap(number), uint16(_random(9)), _lineage(acting))
        );
        _act("returnRedemption", bank, call, right);
        if (right) _giveBack(number, ISettlementToken.RedemptionStatus.Returned);
    }

    // ---------------------------------------------------------------------------------------------------------------- holders

    function requestRedemption(uint256 seed) external {
        _begin(seed);
        address holder = _anyHolder();
        uint256 amount = _anyAmount(holder);
        bytes32 account = _random(16) == 0 ? bytes32(0) : keccak256(abi.encode("account", _redemptions.length));
        bool right = amount != 0 && account != 0 && amount <= balanceOf[holder];
        bytes memory call = abi.encodeCall(token.requestRedemption, (amount, account));
        bytes memory result = _act("requestRedemption", holder, call, right);
        if (!right) return;
        _redemptions.push(
            Redeeming(holder, amount, account, block.timestamp, ISettlementToken.RedemptionStatus.Requested)
        );
        require(abi.decode(result, (uint256)) == _redemptions.length, "requestRedemption: another number");
        _move(holder, address(token), amount);
    }

    function withdrawRedemption(uint256 seed) external {
        _begin(seed);
        uint256 number = _anyRedemption();
        bool known = number != 0 && number <= _redemptions.length;
        address holder = known && _random(6) != 0 ? _redemptions[number - 1].holder : _anyHolder();
        if (known && _random(3) == 0) vm.warp(_max(_redemptions[number - 1].requestedAt + WAIT - _random(2)));
        bool right =
            known &&
                _redemptions[number - 1].status == ISettlementToken.RedemptionStatus.Requested &&
                _redemptions[number - 1].holder == holder &&
                block.timestamp >= _redemptions[number - 1].requestedAt + WAIT;
        _act(
            "withdrawRedemption",
            holder,
            abi.encodeCall(token.withdrawRedemption, (RedemptionId.wrap(number))),
            right
        );
        if (right) _giveBack(number, ISettlementToken.RedemptionStatus.Withdrawn);
    }

    function transfer(uint256 seed) external {
        _begin(seed);
        (address from, address to) = (_anyHolder(), _anyReceiver());
        uint256 amount = _anyAmount(from);
        bool right = to != address(token) && to != address(0) && amount <= balanceOf[from];
        _act("transfer", from, abi.encodeCall(token.transfer, (to, amount)), right);
        if (right) _move(from, to, amount);
    }

    /// @dev Allowed by a permit, then fetched: all of it, or too much.
    function fetch(uint256 seed) external {
        _begin(seed);
        (uint256 owner, address spender, address to) = (_random(HOLDERS), _anyHolder(), _anyReceiver());
        if (_random(2) == 0) _permit(owner, spender);
        address from = holders[owner];
        uint256 amount = _random(4) == 0 ? _anyAmount(from) : allowance[from][spender];
        bool right = to != address(token) && to != address(0) && amount <= balanceOf[from];
        right = right && amount <= allowance[from][spender];
        _act("transferFrom", spender, abi.encodeCall(token.transferFrom, (from, to, amount)), right);
        if (!right) return;
        allowance[from][spender] -= amount;
        _move(from, to, amount);
    }

    // ---------------------------------------------------------------------------------------------------------------- payees

    function pay(uint256 seed) external {
        _begin(seed);
        uint256 payee = _random(PAYEES);
        Payment memory payment = Payment({
            payee: payee,
            order: _random(12) == 0 ? bytes32(0) : keccak256(abi.encode("order", _random(ORDERS))),
            from: _anyHolder(),
            to: _random(4) == 0 ? _anyHolder() : ownAccount(payee, _random(2)),
            payer: _random(8) == 0 ? keccak256(abi.encodePacked(ownAccount(payee, _random(2)))) : bytes32(0),
            amount: 0,
            refunded: 0
        });
        payment.amount = uint128(_anyAmount(payment.from));
        bool right = _isPayment(payment);
        bytes memory call = abi.encodeCall(
            token.payWithReference,
            (payees[payee], payment.to, payment.amount, payment.order, payment.payer)
        );
        _act("payWithReference", payment.from, call, right);
        if (!right) return;
        _payments.push(payment);
        _move(payment.from, payment.to, payment.amount);
    }

    function refund(uint256 seed) external {
        _begin(seed);
        if (_payments.length == 0) return;
        uint256 index = _random(_payments.length);
        Payment storage payment = _payments[index];
        address by = _random(3) == 0 ? _anyHolder() : ownAccount(payment.payee, _random(2));
        uint128 left = payment.amount - payment.refunded;
        uint128 amount = _random(6) == 0 ? left + 1 : uint128(_random(left + 1));
        if (amount > balanceOf[by] && _random(2) == 0) amount = uint128(balanceOf[by]);
        bool right = amount != 0 && amount <= left && amount <= balanceOf[by];
        right = right && (payment.to == by || isOwn(payment.payee, by));
        bytes32 id = token.transactionOf(payees[payment.payee], payment.order);
        _act("refundPayment", by, abi.encodeCall(token.refundPayment, (id, amount)), right);
        if (!right) return;
        payment.refunded += amount;
        _move(by, payment.from, amount);
    }

    // ---------------------------------------------------------------------------------------------------------------- internal

    function _permit(uint256 owner, address spender) private {
        address from = holders[owner];
        uint256 signing = _random(8) == 0 ? _random(HOLDERS) : owner;
        uint256 nonce = nonceOf[from] + (_random(8) == 0 ? 1 : 0);
        uint256 deadline = _anyDeadline();
        uint256 amount = _anyAmount(from);
        bytes32 typehash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 structHash = keccak256(abi.encode(typehash, from, spender, amount, nonce, deadline));
        (uint8 v, bytes32 r, bytes32 s) = _split(_sign(_holderKey(signing), structHash));
        bool right = signing == owner && nonce == nonceOf[from] && deadline >= block.timestamp;
        bytes memory call = abi.encodeCall(token.permit, (from, spender, amount, deadline, v, r, s));
        _order("permit", address(0xCAFE), call, right);
        if (!right) return;
        ++nonceOf[from];
        allowance[from][spender] = amount;
    }

    function _isMint(ISettlementToken.Mint memory one) private view returns (bool) {
        return one.amount != 0 && one.endToEndId != 0 && one.to != address(0) && one.to != address(token);
    }

    /// @dev No other instruction under its reference: neither kept, nor before it in the same call.
    function _agrees(address bank, ISettlementToken.Mint[] memory mints, uint256 index) private view returns (bool) {
        ISettlementToken.Mint memory one = mints[index];
        Kept memory kept = _kept[bank][one.endToEndId];
        if (kept.amount != 0 && (kept.to != one.to || kept.amount != one.amount)) return false;
        for (uint256 i = 0; i < index; ++i) {
            if (mints[i].endToEndId != one.endToEndId) continue;
            if (mints[i].to != one.to || mints[i].amount != one.amount) return false;
        }
        return true;
    }

    function _isPayment(Payment memory payment) private view returns (bool) {
        for (uint256 i = 0; i < _payments.length; ++i) {
            if (_payments[i].payee == payment.payee && _payments[i].order == payment.order) return false;
        }
        return
            payment.order != 0 &&
            payment.amount != 0 &&
            payment.amount <= balanceOf[payment.from] &&
            isOwn(payment.payee, payment.to) &&
            !isOwn(payment.payee, payment.from) &&
            payment.payer != keccak256(abi.encodePacked(ownAccount(payment.payee, 0)));
    }

    /// @dev Whether a bank may end a redemption, and it has not ended.
    function _ends(address bank, uint32 acting, uint256 number) private view returns (bool) {
        if (number == 0 || number > _redemptions.length) return false;
        bool open = _redemptions[number - 1].status == ISettlementToken.RedemptionStatus.Requested;
        return open && _stands(bank, TOWN, BANK, acting);
    }

    function _giveBack(uint256 number, ISettlementToken.RedemptionStatus status) private {
        Redeeming storage redeeming = _redemptions[number - 1];
        redeeming.status = status;
        _move(address(token), redeeming.holder, redeeming.amount);
    }

    function _keep(address bank, ISettlementToken.Mint memory one) private {
        Kept storage kept = _kept[bank][one.endToEndId];
        (kept.to, kept.amount) = (one.to, one.amount);
        minted += one.amount;
        balanceOf[one.to] += one.amount;
    }

    function _move(address from, address to, uint256 amount) private {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }

    /// @dev Now and then what the bank minted before.
    function _anyMint(address bank) private returns (ISettlementToken.Mint memory one) {
        one = ISettlementToken.Mint(_anyReceiver(), _random(16) == 0 ? 0 : 1 + _random(1000), _anyReference());
        Kept memory kept = _kept[bank][one.endToEndId];
        if (kept.amount != 0 && _random(2) == 0) (one.to, one.amount) = (kept.to, kept.amount);
    }

    /// @dev Mostly a holder; sometimes the token, or nobody.
    function _anyReceiver() private returns (address) {
        uint256 dice = _random(24);
        if (dice == 0) return address(token);
        return dice == 1 ? address(0) : _anyHolder();
    }

    /// @dev Mostly what the account has.
    function _anyAmount(address account) private returns (uint256) {
        uint256 dice = _random(8);
        if (dice == 0) return balanceOf[account] + 1;
        return dice == 1 ? balanceOf[account] : _random(balanceOf[account] + 1);
    }

    /// @dev Mostly one that is open.
    function _anyRedemption() private returns (uint256 number) {
        number = _random(_redemptions.length + 2);
        for (uint256 i = 0; i < 3 && number != 0 && number <= _redemptions.length; ++i) {
            if (_redemptions[number - 1].status == ISettlementToken.RedemptionStatus.Requested) break;
            number = _random(_redemptions.length + 2);
        }
    }

    function _anyReference() private returns (bytes32) {
        return _referenceAt(_random(REFERENCES));
    }

    function _referenceAt(uint256 index) private pure returns (bytes32) {
        return index == 0 ? bytes32(0) : keccak256(abi.encode("reference", index));
    }

    function _max(uint256 time) private view returns (uint256) {
        return time > block.timestamp ? time : block.timestamp;
    }

    function _split(bytes memory signature) private pure returns (uint8 v, bytes32 r, bytes32 s) {
        (r, s) = abi.decode(signature, (bytes32, bytes32));
        v = uint8(signature[64]);
    }
}

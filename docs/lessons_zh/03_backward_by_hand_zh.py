r"""
3. 手算随时间反向传播（BPTT）
=============================

训练需要知道：权重改变时，损失怎样改变。这就是梯度。本课用铅笔计算梯度，
先对一个单元，再对第 2 课的网络。每个数都是整数或简单的分数，每张表都可以先用手填好，
再由下面的代码验证。

**学完本课**，你能够

- 从最后一步到第一步，逐步算出循环神经网络的梯度；
- 说明为什么一个权重的梯度是对各时间步求和；
- 从形状看出公式里需要怎样的乘法；
- 只用两次损失的计算来检验任何梯度。

**预备知识**：第 1 课和第 2 课。微积分只需要知道
:math:`\frac12 z^2` 的导数是 :math:`z`，以及下面两条规则。

1. **链式法则**：如果 :math:`h` 改变 :math:`a`，而 :math:`a` 改变 :math:`L`，
   那么两次的影响相乘：
   :math:`\frac{\partial L}{\partial h} = \frac{\partial L}{\partial a}
   \frac{\partial a}{\partial h}`。
2. **求和法则**：如果 :math:`h` 通过两条路径改变 :math:`L`，那么两条路径的影响相加。

:math:`\frac{\partial L}{\partial h}` 可以读作："当 :math:`h` 改变一点点时，
:math:`L` 的改变是它的几倍"。如果它等于 4，那么 :math:`h` 增加 0.001，
:math:`L` 就大约增加 0.004。
"""

from fractions import Fraction

import keras
import numpy as np
import tensorflow as tf

from seqkit.inspect import pictures, trace
from seqkit.layers import SimpleRNN

# %%
# A 部分：一个单元
# ----------------
# 用第 1 课的单元 :math:`h_t = w x_t + u h_{t-1}`，其中 :math:`h_0 = 0`、
# :math:`w = 1`、:math:`u = 2`。它读入 1、2、1。只看最后的状态，它本应是 8。
#
# .. math:: L = \tfrac12 (h_3 - 8)^2
#
# 前向：:math:`h_1 = 1`，:math:`h_2 = 2 + 2 \cdot 1 = 4`，
# :math:`h_3 = 1 + 2 \cdot 4 = 9`，:math:`L = \frac12 (9 - 8)^2 = \frac12`。

x, w, u, target = [1, 2, 1], 1, 2, 8
h = [0]  # h[t] 是第 t 步之后的状态
for x_t in x:
    h.append(w * x_t + u * h[-1])
L = 0.5 * (h[3] - target) ** 2

assert h == [0, 1, 4, 9]
assert L == 0.5
print("h_0 to h_3:", h, " loss:", L)

# %%
# 沿着状态往回走
# ~~~~~~~~~~~~~~
# 从损失开始。:math:`\frac12 (h_3 - 8)^2` 对 :math:`h_3` 的导数就是误差
# :math:`h_3 - 8 = 1`：:math:`\frac12 z^2` 的导数是 :math:`z`，
# 二分之一这个系数就是为此而设的。
#
# 然后往回走一步。在 :math:`h_3 = w x_3 + u h_2` 中，状态 :math:`h_2` 被乘以 :math:`u`，
# 所以 :math:`h_2` 的改变会变成 :math:`u` 倍。由链式法则，
# 并把 :math:`\frac{\partial L}{\partial h_t}` 简记为 :math:`\delta_t`：
#
# .. math:: \delta_3 = h_3 - 8, \qquad \delta_t = u\, \delta_{t+1}
#           \quad\text{for } t = 2, 1
#
# 于是 :math:`\delta_3 = 1`，:math:`\delta_2 = 2 \cdot 1 = 2`，
# :math:`\delta_1 = 2 \cdot 2 = 4`。每往回走一步就乘一次 :math:`u`。

delta = [None, 0, 0, h[3] - target]  # delta[t] 属于第 t 步
for t in (2, 1):
    delta[t] = u * delta[t + 1]

assert delta[1:] == [4, 2, 1]
print("delta_1 to delta_3:", delta[1:])

# %%
# 从状态到权重
# ~~~~~~~~~~~~
# 在展开的网络中，权重 :math:`u` 出现在三条边上。暂且假装这是三个权重，各有各的名字
# :math:`u_1, u_2, u_3`，每步一个：:math:`h_t = w_t x_t + u_t h_{t-1}`。
# 这样 :math:`u_t` 只作用于一步，在那里它乘的是 :math:`h_{t-1}`。由链式法则，
# :math:`\frac{\partial L}{\partial u_t} = \delta_t h_{t-1}`，同样
# :math:`\frac{\partial L}{\partial w_t} = \delta_t x_t`。
#
# 其实这三个是同一个权重。:math:`u` 一变，三个都变；由求和法则，影响相加：
#
# .. math:: \frac{\partial L}{\partial u} = \sum_t \delta_t\, h_{t-1}, \qquad
#           \frac{\partial L}{\partial w} = \sum_t \delta_t\, x_t
#
# 写成表，从右边开始填，因为反向传播是从那里开始的：
#
# ==============================  =====  =====  =====  ==========
# 第 :math:`t` 步                 1      2      3      和
# ==============================  =====  =====  =====  ==========
# 输入 :math:`x_t`                1      2      1
# 上一步的状态 :math:`h_{t-1}`    0      1      4
# :math:`\delta_t`                4      2      1
# :math:`\delta_t h_{t-1}`        0      2      4      **6**
# :math:`\delta_t x_t`            4      4      1      **9**
# ==============================  =====  =====  =====  ==========

of_u = [delta[t] * h[t - 1] for t in (1, 2, 3)]
of_w = [delta[t] * x[t - 1] for t in (1, 2, 3)]  # Python 从 0 数起：x[0] 是 x_1

assert of_u == [0, 2, 4]
assert of_w == [4, 4, 1]
assert [sum(of_u), sum(of_w)] == [6, 9]
print("dL/du = 6:", of_u, " dL/dw = 9:", of_w)

# %%
# 不需要任何理论的检验
# ~~~~~~~~~~~~~~~~~~~~
# 把权重稍微调大、调小一点，看损失怎样改变。这个办法对任何网络、任何权重都有效：
#
# .. math:: \frac{\partial L}{\partial u} \approx
#           \frac{L(u + \varepsilon) - L(u - \varepsilon)}{2 \varepsilon}


def loss(w, u):
    h = 0
    for x_t in x:
        h = w * x_t + u * h
    return 0.5 * (h - target) ** 2


e = 1e-4
by_u = (loss(w, u + e) - loss(w, u - e)) / (2 * e)
by_w = (loss(w + e, u) - loss(w - e, u)) / (2 * e)

np.testing.assert_allclose([by_u, by_w], [6, 9], atol=1e-6)
print("by small changes:", round(by_u, 6), round(by_w, 6))

# %%
# 画成图。前向传播的数从左向右走；每个数旁边的 ∂L 是损失对它的导数，是从右向左算出来的。
# 方框之间的 ∂L 就是 :math:`\delta_1, \delta_2, \delta_3` = 4、2、1。
# （图中从第 0 步数起，与 Python 相同。）


def of_last(outputs):
    return 0.5 * keras.ops.sum((outputs[:, -1] - target) ** 2)


unit = SimpleRNN(1, activation="linear", use_bias=False, return_sequences=True)
unit.build((None, None, 1))
unit.set_weights([np.array([[1.0]]), np.array([[2.0]])])
seen = trace(unit, np.array(x, "float32").reshape(1, 3, 1), loss=of_last).layers[0]
figure = pictures.unrolled(seen)

assert seen.gradients.states["h"].ravel().tolist() == delta[1:]
print("traced:", seen.gradients.states["h"].ravel())

# %%
# 每一步都有损失
# ~~~~~~~~~~~~~~
# 现在每个状态都有目标：0、3、8。损失是三部分之和，:math:`L = L_1 + L_2 + L_3`，
# 误差 :math:`h_t - \text{target}_t` 是 :math:`1 - 0 = 1`、:math:`4 - 3 = 1`、
# :math:`9 - 8 = 1`。
#
# 中间的状态现在通过两条路径改变损失：
# 立刻，通过 :math:`L_t`；以后，通过 :math:`h_{t+1}`。
# 由求和法则，两者相加：
#
# .. math:: \delta_t = \frac{\partial L_t}{\partial h_t} + u\, \delta_{t+1},
#           \qquad \delta_4 = 0
#
# 从右边起：:math:`\delta_3 = 1`，:math:`\delta_2 = 1 + 2 \cdot 1 = 3`，
# :math:`\delta_1 = 1 + 2 \cdot 3 = 7`。对时间步的求和与前面一样：
# :math:`\frac{\partial L}{\partial u} = 7 \cdot 0 + 3 \cdot 1 + 1 \cdot 4 = 7`，
# :math:`\frac{\partial L}{\partial w} = 7 \cdot 1 + 3 \cdot 2 + 1 \cdot 1 = 14`。

errors = [None, h[1] - 0, h[2] - 3, h[3] - 8]
delta = [None, 0, 0, 0, 0]
for t in (3, 2, 1):
    delta[t] = errors[t] + u * delta[t + 1]
of_u = sum(delta[t] * h[t - 1] for t in (1, 2, 3))
of_w = sum(delta[t] * x[t - 1] for t in (1, 2, 3))

assert delta[1:4] == [7, 3, 1]
assert [of_u, of_w] == [7, 14]
print("delta:", delta[1:4], " dL/du:", of_u, " dL/dw:", of_w)

# %%
# 加上激活函数
# ~~~~~~~~~~~~
# 中间加一个函数：:math:`a_t = w x_t + u h_{t-1}`，:math:`h_t = f(a_t)`。
# 从损失到权重的链条现在要经过 :math:`a_t`，多了一个因子，即斜率 :math:`f'(a_t)`。
# 从这里起，:math:`\delta_t` 表示 :math:`\frac{\partial L}{\partial a_t}`，
# 即激活 **之前** 的导数，因为权重就作用在那里。状态 :math:`h_t` 以因子 :math:`u` 作用于
# :math:`a_{t+1}`，所以从下一步传回来的仍然是 :math:`u\, \delta_{t+1}`：
#
# .. math:: \delta_t = \left( \frac{\partial L_t}{\partial h_t} + u\, \delta_{t+1}
#           \right) f'(a_t)
#
# 没有激活函数时斜率为 1，就是我们前面的规则。权重的求和与前面一样，仍是
# :math:`\delta_t h_{t-1}` 和 :math:`\delta_t x_t`，
# 因为权重现在算出 :math:`a_t`，就像前面算出 :math:`h_t` 一样。
#
# 为了便于笔算，取 softsign，:math:`f(a) = \frac{a}{1 + |a|}`。它的形状像 tanh，
# 并且把整数变成分数。它的斜率是 :math:`f'(a) = \frac{1}{(1 + |a|)^2}`。
# 输入为 1、2、:math:`-\frac12`，权重不变，
# 损失为 :math:`L = \frac12 (h_3 + \frac12)^2`：
#
# - :math:`a_1 = 1`，所以 :math:`h_1 = \frac12`，斜率为 :math:`\frac14`；
# - :math:`a_2 = 2 + 2 \cdot \frac12 = 3`，所以 :math:`h_2 = \frac34`，
#   斜率为 :math:`\frac1{16}`；
# - :math:`a_3 = -\frac12 + 2 \cdot \frac34 = 1`，所以 :math:`h_3 = \frac12`，
#   斜率为 :math:`\frac14`。
#
# 反向：只有最后一步有损失，误差为 :math:`\frac12 + \frac12 = 1`。
#
# - :math:`\delta_3 = 1 \cdot \frac14 = \frac14`；
# - :math:`\delta_2 = 2 \cdot \frac14 \cdot \frac1{16} = \frac1{32}`；
# - :math:`\delta_1 = 2 \cdot \frac1{32} \cdot \frac14 = \frac1{64}`。
#
# 对时间步求和：
#
# - :math:`\frac{\partial L}{\partial u} = \frac1{64} \cdot 0 + \frac1{32} \cdot \frac12
#   + \frac14 \cdot \frac34 = \frac1{64} + \frac{12}{64} = \frac{13}{64}`；
# - :math:`\frac{\partial L}{\partial w} = \frac1{64} \cdot 1 + \frac1{32} \cdot 2
#   - \frac14 \cdot \frac12 = \frac1{64} + \frac4{64} - \frac8{64} = -\frac3{64}`。

x, w, u = [Fraction(1), Fraction(2), Fraction(-1, 2)], 1, 2
a, h, delta = [None], [Fraction(0)], [None, 0, 0, 0, 0]
for x_t in x:
    a.append(w * x_t + u * h[-1])
    h.append(a[-1] / (1 + abs(a[-1])))
for t in (3, 2, 1):
    error = h[3] + Fraction(1, 2) if t == 3 else 0
    delta[t] = (error + u * delta[t + 1]) / (1 + abs(a[t])) ** 2
of_u = sum(delta[t] * h[t - 1] for t in (1, 2, 3))
of_w = sum(delta[t] * x[t - 1] for t in (1, 2, 3))

assert delta[1:4] == [Fraction(1, 64), Fraction(1, 32), Fraction(1, 4)]
assert [of_u, of_w] == [Fraction(13, 64), Fraction(-3, 64)]
print("delta:", *delta[1:4], " dL/du:", of_u, " dL/dw:", of_w)

# %%
# Keras 得到同样的结果
# ~~~~~~~~~~~~~~~~~~~~
# TensorFlow 的 ``GradientTape`` 对任何程序都能做我们刚才做的事。
# 这个层用激活函数 softsign 和同样的两个权重。
#
# .. math:: \frac{\partial L}{\partial w} = -\frac{3}{64} = -0.046875, \qquad
#           \frac{\partial L}{\partial u} = \frac{13}{64} = 0.203125

layer = SimpleRNN(1, activation="softsign", use_bias=False)
layer.build((None, None, 1))
layer.set_weights([np.array([[1.0]]), np.array([[2.0]])])
with tf.GradientTape() as tape:
    last = layer(np.array([1, 2, -0.5], "float32").reshape(1, 3, 1))
    L = 0.5 * tf.reduce_sum((last + 0.5) ** 2)
found = [float(g[0, 0]) for g in tape.gradient(L, layer.trainable_variables)]

np.testing.assert_allclose(found, [float(of_w), float(of_u)], atol=1e-7)
print("gradient tape: dL/dw, dL/du =", found)

# %%
# B 部分：第 2 课的网络
# ---------------------
# 两个特征，两个单元，一个输出，三个时间步，权重为
#
# - :math:`W = \begin{pmatrix} 1 & -1 \\ 0 & 2 \end{pmatrix}`，
#   :math:`U = \begin{pmatrix} 1 & 1 \\ -2 & 0 \end{pmatrix}`，
#   :math:`b = (1, 0)`；
# - :math:`V = \begin{pmatrix} 1 \\ -1 \end{pmatrix}`，:math:`c = 1`。
#
# 前向传播与第 2 课相同：
#
# .. math:: a_t = x_t W + h_{t-1} U + b, \qquad h_t = \operatorname{relu}(a_t), \qquad
#           y_t = h_t V + c, \qquad L = \sum_t \tfrac12 (y_t - \text{target}_t)^2
#
# ==================  ==================  ==================  ==================
# 时间步              1                   2                   3
# ==================  ==================  ==================  ==================
# :math:`x_t`         (1, 0)              (0, 1)              (1, 1)
# :math:`h_{t-1}`     (0, 0)              (2, 0)              (3, 4)
# :math:`a_t`         (2, −1)             (3, 4)              (−3, 4)
# :math:`h_t`         (2, 0)              (3, 4)              (0, 4)
# relu 的斜率         (1, 0)              (1, 1)              (0, 1)
# :math:`y_t`         3                   0                   −3
# 目标                3                   −1                  −5
# 误差 :math:`e_t`    0                   1                   2
# ==================  ==================  ==================  ==================
#
# 单元打开（:math:`a > 0`）时 relu 的斜率是 1，关闭时是 0。

X, targets = np.array([[1, 0], [0, 1], [1, 1]]), np.array([[3], [-1], [-5]])
W, U, b = np.array([[1, -1], [0, 2]]), np.array([[1, 1], [-2, 0]]), np.array([1, 0])
V, c = np.array([[1], [-1]]), np.array([1])
A, H = [], [np.zeros(2, int)]  # H[t] 是第 t 步之后的状态
for x_t in X:
    A.append(x_t @ W + H[-1] @ U + b)
    H.append(np.maximum(A[-1], 0))
A, H = np.array(A), np.array(H)
E = H[1:] @ V + c - targets

assert A.tolist() == [[2, -1], [3, 4], [-3, 4]]
assert E.ravel().tolist() == [0, 1, 2]
print("slopes:", (A > 0).astype(int).tolist(), " errors:", E.ravel())

# %%
# 由形状定乘法
# ~~~~~~~~~~~~
# 用矩阵时，总会遇到同一个问题：该做哪种乘法，按什么顺序，哪个要转置？形状给出答案。
# 只需要两条事实。
#
# 1. **梯度的形状，与它所对应的量的形状相同。** :math:`U` 的梯度是 ``(N, N)``，
#    :math:`h_t` 的梯度是 ``(N,)``。
# 2. **前向乘** :math:`K`，**反向就乘** :math:`K^\top`，即转置：行与列互换。
#    如果 :math:`z = h K`，数 :math:`h_i` 会传到每一个 :math:`z_j`，
#    因子是 :math:`K` 的第 :math:`i` 行；
#    所以它的导数就用同样的因子从每一个 :math:`z_j` 收集回来。
#    而 :math:`K_{ij}` 把 :math:`h_i` 传到 :math:`z_j`，
#    所以它的导数是 :math:`h_i` 乘 :math:`z_j` 的导数：
#    一列乘一行，得到一个完整的矩阵，叫做 **外积**。
#
# ==============================  =====================================  ==========
# 对什么求导                      公式                                   形状
# ==============================  =====================================  ==========
# 输出                            :math:`e_t = y_t - \text{target}_t`    ``(M,)``
# 状态，经过输出                  :math:`e_t V^\top`                     ``(N,)``
# 状态，经过下一步                :math:`\delta_{t+1} U^\top`            ``(N,)``
# 激活前的值                      :math:`\delta_t`，见下文               ``(N,)``
# :math:`V`                       :math:`\sum_t h_t^\top e_t`            ``(N, M)``
# :math:`c`                       :math:`\sum_t e_t`                     ``(M,)``
# :math:`W`                       :math:`\sum_t x_t^\top \delta_t`       ``(D, N)``
# :math:`U`                       :math:`\sum_t h_{t-1}^\top \delta_t`   ``(N, N)``
# :math:`b`                       :math:`\sum_t \delta_t`                ``(N,)``
# ==============================  =====================================  ==========
#
# 用数来试第二条事实。设 :math:`z = h K`，:math:`h = (3, 4)`，:math:`K = U`，
# :math:`z` 的导数为 :math:`(0, -2)`：
#
# .. math::
#    \frac{\partial L}{\partial h} = (0, -2)
#    \begin{pmatrix} 1 & -2 \\ 1 & 0 \end{pmatrix} = (-2, 0), \qquad
#    \frac{\partial L}{\partial K} = \begin{pmatrix} 3 \\ 4 \end{pmatrix} (0, -2)
#    = \begin{pmatrix} 0 & -6 \\ 0 & -8 \end{pmatrix}

of_z = np.array([0, -2])
of_h = of_z @ U.T
of_K = np.outer([3, 4], of_z)  # 列乘行

assert of_h.tolist() == [-2, 0]
assert of_K.tolist() == [[0, -6], [0, -8]]
print("gradient of h:", of_h, " gradient of K:", of_K.tolist())

# %%
# 沿时间步往回走
# ~~~~~~~~~~~~~~
# 就是 A 部分的规则，换成行向量和矩阵。符号 :math:`\odot` 表示逐个数相乘：
#
# .. math:: \delta_t = \left( e_t V^\top + \delta_{t+1} U^\top \right) \odot f'(a_t),
#           \qquad \delta_4 = (0, 0)
#
# :math:`V^\top = (1, -1)`，所以 :math:`e_t V^\top` 就是 :math:`(e_t, -e_t)`。
# 再看怎样乘
# :math:`U^\top = \begin{pmatrix} 1 & -2 \\ 1 & 0 \end{pmatrix}`：
# 结果的第一个数是 :math:`\delta` 的两个数之和，
# 第二个数是 :math:`\delta` 的第一个数的 −2 倍。
# 简单地说，:math:`(p, q)\, U^\top = (p + q, -2p)`。
#
# - **第 3 步。** :math:`e_3 V^\top = (2, -2)`。后面没有时间步，没有东西传来。
#   斜率为 :math:`(0, 1)`：第一个单元关闭，什么也不往回传。
#   :math:`\delta_3 = (0, -2)`。
# - **第 2 步。** :math:`e_2 V^\top = (1, -1)`。
#   :math:`\delta_3 U^\top = (0 - 2, -2 \cdot 0) = (-2, 0)`。和为
#   :math:`(-1, -1)`，斜率为 :math:`(1, 1)`。:math:`\delta_2 = (-1, -1)`。
# - **第 1 步。** :math:`e_1 V^\top = (0, 0)`。
#   :math:`\delta_2 U^\top = (-1 - 1, -2 \cdot (-1)) = (-2, 2)`。斜率为
#   :math:`(1, 0)`。:math:`\delta_1 = (-2, 0)`。

delta = np.zeros((5, 2), int)  # delta[t] 属于第 t 步；delta[4] 始终为零
for t in (3, 2, 1):
    slope = (A[t - 1] > 0).astype(int)  # A[0] 属于第 1 步
    delta[t] = (E[t - 1] @ V.T + delta[t + 1] @ U.T) * slope

assert delta[1:4].tolist() == [[-2, 0], [-1, -1], [0, -2]]
print("delta_1 to delta_3:", delta[1:4].tolist())

# %%
# 权重的梯度
# ~~~~~~~~~~
# 每个权重的梯度都是对时间步求和，加的是"进来的数（写成列）乘传回来的数（写成行）"。
# 用铅笔时，每步写一个矩阵。
# :math:`\begin{pmatrix} p \\ q \end{pmatrix} (r, s)` 就是矩阵
# :math:`\begin{pmatrix} pr & ps \\ qr & qs \end{pmatrix}`。
#
# .. math::
#    \frac{\partial L}{\partial U} &=
#    \underbrace{\begin{pmatrix} 0 \\ 0 \end{pmatrix} (-2, 0)}_{t = 1} +
#    \underbrace{\begin{pmatrix} 2 \\ 0 \end{pmatrix} (-1, -1)}_{t = 2} +
#    \underbrace{\begin{pmatrix} 3 \\ 4 \end{pmatrix} (0, -2)}_{t = 3}
#    = \begin{pmatrix} -2 & -2 \\ 0 & 0 \end{pmatrix}
#    + \begin{pmatrix} 0 & -6 \\ 0 & -8 \end{pmatrix}
#    = \begin{pmatrix} -2 & -8 \\ 0 & -8 \end{pmatrix} \\
#    \frac{\partial L}{\partial W} &=
#    \begin{pmatrix} 1 \\ 0 \end{pmatrix} (-2, 0) +
#    \begin{pmatrix} 0 \\ 1 \end{pmatrix} (-1, -1) +
#    \begin{pmatrix} 1 \\ 1 \end{pmatrix} (0, -2)
#    = \begin{pmatrix} -2 & -2 \\ -1 & -3 \end{pmatrix} \\
#    \frac{\partial L}{\partial b} &= (-2, 0) + (-1, -1) + (0, -2) = (-3, -3) \\
#    \frac{\partial L}{\partial V} &=
#    \begin{pmatrix} 2 \\ 0 \end{pmatrix} 0 +
#    \begin{pmatrix} 3 \\ 4 \end{pmatrix} 1 +
#    \begin{pmatrix} 0 \\ 4 \end{pmatrix} 2 = \begin{pmatrix} 3 \\ 12 \end{pmatrix},
#    \qquad \frac{\partial L}{\partial c} = 0 + 1 + 2 = 3

dU = sum(np.outer(H[t - 1], delta[t]) for t in (1, 2, 3))
dW = sum(np.outer(X[t - 1], delta[t]) for t in (1, 2, 3))
db = sum(delta[t] for t in (1, 2, 3))
dV = sum(np.outer(H[t], E[t - 1]) for t in (1, 2, 3))
dc = sum(E[t - 1] for t in (1, 2, 3))

assert dU.tolist() == [[-2, -8], [0, -8]]
assert dW.tolist() == [[-2, -2], [-1, -3]]
assert [db.tolist(), dV.tolist(), dc.tolist()] == [[-3, -3], [[3], [12]], [3]]
print("dU", dU.tolist(), " dW", dW.tolist(), " db", db, " dV", dV.ravel(), " dc", dc)

# %%
# Keras 得到同样的结果
# ~~~~~~~~~~~~~~~~~~~~
# ``GradientTape`` 按权重的顺序 :math:`W, U, b, V, c` 给出梯度。
# 为了看看梯度下降一步能使损失降低多少，取学习率 :math:`\eta = 0.001`：
#
# .. math:: \theta \leftarrow \theta - \eta\, \frac{\partial L}{\partial \theta}
#           \qquad\text{for each weight } \theta

model = keras.Sequential(
    [SimpleRNN(2, activation="relu", return_sequences=True), keras.layers.Dense(1)]
)
model.build((None, None, 2))
model.set_weights([W, U, b, V, c])
with tf.GradientTape() as tape:
    L = 0.5 * tf.reduce_sum((model(X[None].astype("float32")) - targets) ** 2)
found = tape.gradient(L, model.trainable_variables)
keras.optimizers.SGD(0.001).apply(found, model.trainable_variables)
lower = 0.5 * np.sum((model(X[None].astype("float32")) - targets) ** 2)

for gradient, by_hand in zip(found, [dW, dU, db, dV, dc], strict=True):
    np.testing.assert_array_equal(gradient, by_hand)
assert lower < float(L)
print("all five gradients agree; the loss falls from", float(L), "to", round(lower, 3))

# %%
# ``GradientTape`` 不显示中间各步。`seqkit.inspect.trace` 把它们显示出来：给它一个损失，
# 它就有每一步中每个量的导数。乘积 :math:`h_{t-1} U` 的导数就是 :math:`\delta_t`，
# 因为 :math:`a_t` 是这个乘积再加上别的东西。
# 而状态 :math:`h_t` 的导数，就是 :math:`\delta_t` 乘斜率之前的值。


def half_squares(Y):
    return 0.5 * tf.reduce_sum((Y - targets) ** 2)


model.set_weights([W, U, b, V, c])
seen = trace(model, X[None].astype("float32"), loss=half_squares).layers[0].gradients

np.testing.assert_array_equal(seen.products["recurrent_kernel"][0], delta[1:4])
np.testing.assert_array_equal(seen.states["h"][0] * (A > 0), delta[1:4])
print("traced delta:", seen.products["recurrent_kernel"][0].tolist())
print("derivatives of the states:", seen.states["h"][0].tolist())

# %%
# 所有的求和都是乘法
# ~~~~~~~~~~~~~~~~~~
# 对时间步求和不需要循环。把每一步之前的状态一行一行叠起来，:math:`\delta_t` 也一样；
# 那么一次乘法就既相乘又相加：
#
# .. math:: \frac{\partial L}{\partial U} = H_{\text{before}}^\top\, \Delta, \qquad
#           \frac{\partial L}{\partial W} = X^\top \Delta
#
# ``(N, T)`` 乘 ``(T, N)`` 得到 ``(N, N)``：时间是里面的尺寸，乘完就消去。
# 有批次时，里面的尺寸是批次乘时间。seqkit 就是这样做的：
# 往回的循环只计算 :math:`\delta_t`，每个核的梯度是一次大的乘法。

before, Delta = H[:3], delta[1:4]

assert np.array_equal(before.T @ Delta, dU)
assert np.array_equal(X.T @ Delta, dW)
print("H.T @ Delta =", (before.T @ Delta).tolist())

# %%
# C 部分：完整的算法，用 tanh 和批次
# ----------------------------------
# 没有新东西：:math:`f` 是 tanh，它的斜率由状态就能知道，
# :math:`f'(a_t) = 1 - h_t^2`，所以不必保存 :math:`a_t`。批次中的各行各走各的路，
# 它们的梯度相加。
#
# .. math:: \delta_t = \left( \frac{\partial L_t}{\partial h_t} + \delta_{t+1} U^\top
#           \right) \odot (1 - h_t \odot h_t)
#
# 下面的函数就是随时间反向传播的全部。``direct`` 是所有时间步的
# :math:`\frac{\partial L_t}{\partial h_t}`，形状为 ``(batch, T, N)``。


def backward(X, H, U, direct):
    before = np.concatenate([np.zeros_like(H[:, :1]), H[:, :-1]], axis=1)
    delta, back = np.zeros_like(H), 0
    for t in reversed(range(H.shape[1])):
        delta[:, t] = (direct[:, t] + back) * (1 - H[:, t] ** 2)
        back = delta[:, t] @ U.T
    products = [np.einsum("bti,btj->ij", left, delta) for left in (X, before)]
    return [*products, delta.sum(axis=(0, 1))]


# %%
# 再用 ``GradientTape`` 检验一个 5 个单元、3 个特征的层，6 个时间步，4 行：

rng = np.random.default_rng(3)
X, aim = rng.normal(size=(4, 6, 3)), rng.normal(size=(4, 6, 5))
layer = SimpleRNN(5, return_sequences=True, dtype="float64")
with tf.GradientTape() as tape:
    H = layer(X)
    L = 0.5 * tf.reduce_sum((H - aim) ** 2)
found = tape.gradient(L, layer.trainable_variables)
H, U = H.numpy(), layer.get_weights()[1]
by_hand = backward(X, H, U, direct=H - aim)
largest = max(np.abs(f - b).max() for f, b in zip(found, by_hand, strict=True))

assert largest < 1e-12
print("largest difference over all gradients:", largest)

# %%
# softmax 与交叉熵
# ----------------
# 分类时，往回走只有第一行不同，而且变得和平方误差一样简单。设
# :math:`p = \operatorname{softmax}(y)`、:math:`L = -\log p_{\text{right}}`，那么
#
# .. math:: \frac{\partial L}{\partial y_k} = p_k - [k \text{ is right}]
#
# 就是概率，正确的类别再减 1。对第 2 课的概率 1/8、2/8、5/8，若第二个类别正确，
# 就得到 :math:`(\frac18, -\frac68, \frac58)`。原因是：
# :math:`L = \log \sum_j e^{y_j} - y_{\text{right}}`，而
# :math:`\log \sum_j e^{y_j}` 对 :math:`y_k` 的导数是
# :math:`e^{y_k} / \sum_j e^{y_j} = p_k`。

y, right = tf.constant(np.log([[1.0, 2.0, 5.0]])), np.array([1])
with tf.GradientTape() as tape:
    tape.watch(y)
    L = keras.losses.sparse_categorical_crossentropy(right, y, from_logits=True)
error = np.ravel(tape.gradient(L, y))

np.testing.assert_allclose(error, [1 / 8, 2 / 8 - 1, 5 / 8], atol=1e-12)
print("error of the output:", error)

# %%
# 试一试
# ------
# 一个没有激活函数的单元 :math:`h_t = w x_t + u h_{t-1}`，:math:`w = 2`、
# :math:`u = -1`，读入 1、1、2。损失是 :math:`\frac12 (h_3 - 1)^2`。
# 算出三个状态、三个 :math:`\delta_t` 和两个梯度，再往下读。
#
# 状态：:math:`h_1 = 2`，:math:`h_2 = 2 - 2 = 0`，:math:`h_3 = 4 - 0 = 4`。
# 误差为 3，所以 :math:`\delta_3 = 3`，:math:`\delta_2 = -3`，:math:`\delta_1 = 3`。
# :math:`\frac{\partial L}{\partial u} = 3 \cdot 0 - 3 \cdot 2 + 3 \cdot 0 = -6`，
# :math:`\frac{\partial L}{\partial w} = 3 \cdot 1 - 3 \cdot 1 + 3 \cdot 2 = 6`。

layer = SimpleRNN(1, activation="linear", use_bias=False)
layer.build((None, None, 1))
layer.set_weights([np.array([[2.0]]), np.array([[-1.0]])])
with tf.GradientTape() as tape:
    L = 0.5 * tf.reduce_sum((layer(np.float32([[[1], [1], [2]]])) - 1) ** 2)
of_w, of_u = (float(g[0, 0]) for g in tape.gradient(L, layer.trainable_variables))

assert [of_u, of_w] == [-6, 6]
print("dL/du =", of_u, " dL/dw =", of_w)

# %%
# 再把 B 部分的网络换上别的目标：3、0、−4。算出误差、三个 :math:`\delta_t` 和
# :math:`U` 的梯度，再往下读。
#
# 误差是 0、0、1。第 3 步：:math:`(1, -1) \odot (0, 1) = (0, -1)`。
# 第 2 步：输出没有传来什么，第 3 步传来 :math:`(0 - 1, -2 \cdot 0) = (-1, 0)`，
# 斜率为 :math:`(1, 1)`，得 :math:`(-1, 0)`。
# 第 1 步：:math:`(-1 + 0, -2 \cdot (-1)) = (-1, 2)`，
# 斜率为 :math:`(1, 0)`，得 :math:`(-1, 0)`。:math:`U` 的梯度是
# :math:`\begin{pmatrix} 2 \\ 0 \end{pmatrix} (-1, 0) +
# \begin{pmatrix} 3 \\ 4 \end{pmatrix} (0, -1) =
# \begin{pmatrix} -2 & -3 \\ 0 & -4 \end{pmatrix}`。

targets = np.array([[3], [0], [-4]])  # half_squares 与它们比较
X_again = np.float32([[[1, 0], [0, 1], [1, 1]]])
seen = trace(model, X_again, loss=half_squares).layers[0].gradients
of_products = seen.products["recurrent_kernel"][0]
dU = sum(np.outer([[0, 0], [2, 0], [3, 4]][t], of_products[t]) for t in range(3))

assert of_products.tolist() == [[-1, 0], [-1, 0], [0, -1]]
assert dU.tolist() == [[-2, -3], [0, -4]]
print("delta:", of_products.tolist(), " dU:", dU.tolist())

# %%
# 要点
# ----
# - 前向从第一步走到最后一步，并保存各步的状态；反向从最后一步走到第一步，
#   每一步有一行 :math:`\delta_t`。
# - :math:`\delta_t` 是这一步的损失传来的，加上下一步经过 :math:`U^\top` 传来的，
#   再整个乘以激活函数的斜率。
# - 一个权重的梯度，是对时间步求和：进来的数乘传回来的数；因为各步共享权重。
# - 每往回走一步，就乘一次 :math:`U^\top` 和一个斜率。许多这样的因子乘起来会怎样，
#   是第 5 课的内容。
#
# 这个算法见 P. J. Werbos, "Backpropagation through time: what it does and how to do
# it", Proceedings of the IEEE 78, 1990；按时间展开的网络见 D. E. Rumelhart,
# G. E. Hinton, R. J. Williams, "Learning internal representations by error
# propagation", in Parallel Distributed Processing, 1986。
